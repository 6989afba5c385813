import { bytes, choice, elementType, flag, float, floats, int, ints, text } from './option_fields.ts';

const padding = choice(['SAME', 'VALID'], 'SAME');

const ACTIVATIONS = ['NONE', 'RELU', 'RELU_N1_TO_1', 'RELU6', 'TANH', 'SIGN_BIT'] as const;
/** What an operation does with its result, in the operation itself. */
export type FusedActivation = (typeof ACTIVATIONS)[number];

const fused_activation_function = choice(ACTIVATIONS, 'NONE');

/** The tables of options with their fields in the order of the schema. Tables without fields are left out. */
export const OPTION_TABLES = {
  Conv2DOptions: {
    padding,
    stride_w: int(),
    stride_h: int(),
    fused_activation_function,
    dilation_w_factor: int(1),
    dilation_h_factor: int(1),
    quantized_bias_type: elementType(),
  },
  DepthwiseConv2DOptions: {
    padding,
    stride_w: int(),
    stride_h: int(),
    depth_multiplier: int(),
    fused_activation_function,
    dilation_w_factor: int(1),
    dilation_h_factor: int(1),
  },
  Conv3DOptions: {
    padding,
    stride_d: int(),
    stride_w: int(),
    stride_h: int(),
    fused_activation_function,
    dilation_d_factor: int(1),
    dilation_w_factor: int(1),
    dilation_h_factor: int(1),
  },
  TransposeConvOptions: {
    padding,
    stride_w: int(),
    stride_h: int(),
    fused_activation_function,
    quantized_bias_type: elementType(),
  },
  Pool2DOptions: {
    padding,
    stride_w: int(),
    stride_h: int(),
    filter_width: int(),
    filter_height: int(),
    fused_activation_function,
  },
  FullyConnectedOptions: {
    fused_activation_function,
    weights_format: choice(['DEFAULT', 'SHUFFLED4x16INT8'], 'DEFAULT'),
    keep_num_dims: flag(),
    asymmetric_quantize_inputs: flag(),
    quantized_bias_type: elementType(),
  },
  FakeQuantOptions: { min: float(), max: float(), num_bits: int(), narrow_range: flag() },
  StableHLOCompositeOptions: {
    name: text(),
    decomposition_subgraph_index: int(),
    composite_attributes: bytes(),
    composite_attributes_format: choice(['FLEXBUFFERS'], 'FLEXBUFFERS'),
    version: int(),
  },
  AddOptions: { fused_activation_function, pot_scale_int16: flag(true) },
  SubOptions: { fused_activation_function, pot_scale_int16: flag(true) },
  MulOptions: { fused_activation_function },
  DivOptions: { fused_activation_function },
  SoftmaxOptions: { beta: float() },
  LeakyReluOptions: { alpha: float() },
  GeluOptions: { approximate: flag() },
  CastOptions: { in_data_type: elementType(), out_data_type: elementType() },
  BucketizeOptions: { boundaries: floats() },

  ReducerOptions: { keep_dims: flag() },
  CumsumOptions: { exclusive: flag(), reverse: flag() },
  ArgMaxOptions: { output_type: elementType() },
  ArgMinOptions: { output_type: elementType() },
  L2NormOptions: { fused_activation_function },
  LocalResponseNormalizationOptions: { radius: int(), bias: float(), alpha: float(), beta: float() },
  BatchMatMulOptions: { adj_x: flag(), adj_y: flag(), asymmetric_quantize_inputs: flag() },

  ReshapeOptions: { new_shape: ints() },
  SqueezeOptions: { squeeze_dims: ints() },
  ShapeOptions: { out_type: elementType() },
  ConcatenationOptions: { axis: int(), fused_activation_function },
  SplitOptions: { num_splits: int() },
  SplitVOptions: { num_splits: int() },
  PackOptions: { values_count: int(), axis: int() },
  UnpackOptions: { num: int(), axis: int() },
  StridedSliceOptions: {
    begin_mask: int(),
    end_mask: int(),
    ellipsis_mask: int(),
    new_axis_mask: int(),
    shrink_axis_mask: int(),
    offset: flag(),
  },
  MirrorPadOptions: { mode: choice(['REFLECT', 'SYMMETRIC'], 'REFLECT') },
  OneHotOptions: { axis: int() },
  SpaceToDepthOptions: { block_size: int() },
  DepthToSpaceOptions: { block_size: int() },
  ReverseSequenceOptions: { seq_dim: int(), batch_dim: int() },

  GatherOptions: { axis: int(), batch_dims: int() },
  UniqueOptions: { idx_out_type: elementType('INT32') },
  SparseToDenseOptions: { validate_indices: flag() },
  EmbeddingLookupSparseOptions: { combiner: choice(['SUM', 'MEAN', 'SQRTN'], 'SUM') },

  ResizeBilinearOptions: {
    new_height: int(),
    new_width: int(),
    align_corners: flag(),
    half_pixel_centers: flag(),
  },
  ResizeNearestNeighborOptions: { align_corners: flag(), half_pixel_centers: flag() },

  RNNOptions: { fused_activation_function, asymmetric_quantize_inputs: flag() },
  SequenceRNNOptions: { time_major: flag(), fused_activation_function, asymmetric_quantize_inputs: flag() },
  BidirectionalSequenceRNNOptions: {
    time_major: flag(),
    fused_activation_function,
    merge_outputs: flag(),
    asymmetric_quantize_inputs: flag(),
  },
  LSTMOptions: {
    fused_activation_function,
    cell_clip: float(),
    proj_clip: float(),
    kernel_type: choice(['FULL', 'BASIC'], 'FULL'),
    asymmetric_quantize_inputs: flag(),
  },
  UnidirectionalSequenceLSTMOptions: {
    fused_activation_function,
    cell_clip: float(),
    proj_clip: float(),
    time_major: flag(),
    asymmetric_quantize_inputs: flag(),
    diagonal_recurrent_tensors: flag(),
  },
  BidirectionalSequenceLSTMOptions: {
    fused_activation_function,
    cell_clip: float(),
    proj_clip: float(),
    merge_outputs: flag(),
    time_major: flag(true),
    asymmetric_quantize_inputs: flag(),
  },
  SVDFOptions: { rank: int(), fused_activation_function, asymmetric_quantize_inputs: flag() },

  IfOptions: { then_subgraph_index: int(), else_subgraph_index: int() },
  WhileOptions: { cond_subgraph_index: int(), body_subgraph_index: int() },
  CallOnceOptions: { init_subgraph_index: int() },
  HashtableOptions: { table_id: int(), key_dtype: elementType(), value_dtype: elementType() },
  VarHandleOptions: { container: text(), shared_name: text() },
} as const;
