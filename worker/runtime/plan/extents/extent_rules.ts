import type { KernelName } from '../../kernels/kernel_functions.ts';
import * as convolutions from './convolutions.ts';
import * as elementwise from './elementwise.ts';
import type { ExtentRule } from './extent.ts';
import * as integerWindows from './integer_windows.ts';
import * as movements from './movements.ts';
import * as products from './products.ts';
import * as reductions from './reductions.ts';

/** The rule of each kernel, or undefined for functions that are not steps of a plan. */
export const EXTENT_RULES: { readonly [Name in KernelName]: ExtentRule<Name> | undefined } = {
  batch_norm: elementwise.batchNorm,
  binary: elementwise.binary,
  conv2d: convolutions.conv2d,
  conv2d_quantized: convolutions.conv2dQuantized,
  copy: movements.copy,
  copy_bytes: movements.copyBytes,
  depthwise_conv2d: convolutions.depthwiseConv2d,
  dynamic_product: products.dynamicProduct,
  expand_depthwise: convolutions.expandDepthwise,
  fill: movements.fill,
  fill_bytes: movements.fillBytes,
  floats_of_integers: elementwise.floatsOfIntegers,
  gemm: products.gemm,
  gemm_quantized: products.gemmQuantized,
  integer_add: elementwise.integerAdd,
  integer_conv2d: integerWindows.integerConv2d,
  integer_depthwise: integerWindows.integerDepthwise,
  integer_pool2d: integerWindows.integerPool2d,
  integers_of_floats: elementwise.integersOfFloats,
  layer_norm: reductions.layerNorm,
  map_bytes: elementwise.mapBytes,
  narrow_integers: elementwise.narrowIntegers,
  pack_b: products.packB,
  pack_b_transposed: products.packBTransposed,
  pool2d: convolutions.pool2d,
  quantize_floats: elementwise.quantizeFloats,
  quantize_rows: products.quantizeRows,
  quantize_tensor: products.quantizeTensor,
  softmax: reductions.softmax,
  sum_middle: reductions.sumMiddle,
  sums_of_integers: reductions.sumsOfIntegers,
  transpose: movements.transpose,
  unary: elementwise.unary,
  winograd_conv2d: convolutions.winogradConv2d,
  winograd_weights: convolutions.winogradWeights,

  // Sizes, features, and what is done with weights before a plan.
  batch_norm_scratch_bytes: undefined,
  column_sums: undefined,
  conv2d_quantized_scratch_bytes: undefined,
  conv2d_scratch_bytes: undefined,
  dynamic_row_bytes: undefined,
  expand_depthwise_scratch_bytes: undefined,
  gemm_quantized_scratch_bytes: undefined,
  gemm_scratch_bytes: undefined,
  has_fused_dot: undefined,
  has_infinite_half: undefined,
  integer_conv2d_scratch_bytes: undefined,
  integer_depthwise_scratch_bytes: undefined,
  largest_magnitude_sum: undefined,
  packed_bytes: undefined,
  place_elements: undefined,
  take_elements: undefined,
  tensor_row_bytes: undefined,
  winograd_scratch_bytes: undefined,
};
