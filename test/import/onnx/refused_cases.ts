/** Returns the reason why a case of ONNX's backend tests is refused; undefined for those that are computed. */
export function refusalOf(name: string): string | undefined {
  return REFUSED.find(({ pattern }) => pattern.test(name))?.reason;
}

const refused = (pattern: RegExp, reason: string) => ({ pattern, reason });

const REFUSED = [
  refused(/test_(adagrad|adam|momentum|nesterov_momentum|gradient_of)/, 'training'),
  refused(/test_bernoulli/, 'randomness'),
  refused(
    /FLOAT8|FLOAT4|INT4|UINT4|_e4m3fn|_e5m2|_int4/,
    'a type of 4 or 8 bits that the product does not have',
  ),
  refused(
    /test_(identity_sequence|sequence_|optional_)/,
    'sequences and optionals, which no request can hold',
  ),
  refused(/test_cast(like)?_FLOAT_to_STRING/, 'digits of floats, which ONNX does not define'),
  refused(/test_image_decoder/, 'an encoded image as bytes of uint8'),
  refused(
    /test_strnorm(?!.*nostopwords)|test_string_split|test_tfidfvectorizer/,
    'an operator on texts that is not computed',
  ),
  refused(/test_string_concat_broadcasting/, 'texts of different shapes'),
  refused(/test_(dft|stft|melweightmatrix)/, 'an operator on signals that is not computed'),
  refused(/test_(col2im|roialign|basic_deform_conv)/, 'an operator on images that is not computed'),
  refused(/test_center_crop_pad_(?!crop_and_pad_expanded)/, 'axes and sizes that the request decides'),
  refused(/test_constant_pad_negative_axes/, 'axes that the request decides'),
  refused(
    /test_resize_downsample_sizes_cubic_antialias/,
    'a number of smoothed elements that the request decides',
  ),
  refused(/test_affine_grid_.*_expanded/, 'a number of dimensions that the request decides'),
  refused(/test_unique_sorted_with_axis/, 'slices that are compared'),
  refused(/test_ai_onnx_ml_tree_ensemble_set_membership/, 'trees whose nodes compare with sets'),
] as const;

/** Cases whose stored answers are not the values of the operator. */
export function isMisstated(name: string): boolean {
  return MISSTATED.some(({ pattern }) => pattern.test(name));
}

const MISSTATED = [
  { pattern: /to_BFLOAT16/, reason: 'the answer is stored as bits, of type uint16' },
  {
    pattern: /test_operator_add_(broadcast|size1)/,
    reason: 'its numbers are too large for single precision',
  },
  { pattern: /test_qlinearmatmul_.D_int8/, reason: 'the answer wraps around where the operator saturates' },
];
