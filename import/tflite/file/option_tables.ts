import { bytes, choice, elementType, flag, float, int, text } from './option_fields.ts';

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
  MulOptions: { fused_activation_function },
} as const;
