/** Returns the reason why a case of ONNX's backend tests is refused; undefined for those that are computed. */
export function refusalOf(name: string): string | undefined {
  return REFUSED.find(({ pattern }) => pattern.test(name))?.reason;
}

const refused = (pattern: RegExp, reason: string) => ({ pattern, reason });

const REFUSED = [
  refused(/test_(adagrad|adam|momentum|nesterov_momentum|gradient_of)/, 'training'),
  refused(/test_bernoulli/, 'randomness'),
  refused(/FLOAT8|FLOAT4|_e4m3fn|_e5m2/, 'floats of 4 or 8 bits, which the product does not have'),
  refused(
    /test_(identity_sequence|sequence_(insert|map))/,
    'a sequence of a length that the request decides, which no request can hold',
  ),
  refused(/test_image_decoder/, 'an encoded image as bytes of uint8'),
  refused(/test_affine_grid_.*_expanded/, 'a number of dimensions that the request decides'),
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
  {
    pattern: /test_optional_has_element_tensor_input/,
    reason: 'its input is stored as an optional value, and is that of a tensor',
  },
  { pattern: /test_qlinearmatmul_.D_int8/, reason: 'the answer wraps around where the operator saturates' },
];
