/**
 * The exports of the module of kernels. Addresses are in bytes, and so are the results of functions whose name ends in
 * `bytes`. All other sizes, strides and counts are in elements. Tensors are row-major. Kernels allocate nothing. A
 * kernel writes all of its output and checks nothing: its sizes must match the memory at its addresses.
 */
export { pack_b, pack_b_transposed, packed_bytes, transpose } from './product/pack';
export { place_elements, take_elements } from './place';
export { gemm } from './product/gemm';
export { conv2d, conv2d_scratch_bytes } from './convolution/conv2d';
export { has_infinite_half } from './product/quantized';
export { conv2d_quantized, conv2d_quantized_scratch_bytes, gemm_quantized, gemm_quantized_scratch_bytes } from './product/quantized_products';
export { depthwise_conv2d } from './convolution/depthwise';
export { expand_depthwise, expand_depthwise_scratch_bytes } from './convolution/expand';
export { column_sums } from './integers/column_sums';
export { has_fused_dot } from './integers/dot';
export { dynamic_row_bytes, quantize_rows } from './integers/dynamic/dynamic_rows';
export { dynamic_product, largest_magnitude_sum } from './integers/dynamic/dynamic_product';
export { quantize_tensor, tensor_row_bytes } from './integers/dynamic/tensor_rows';
export { integer_conv2d, integer_conv2d_scratch_bytes } from './integers/integer_conv2d';
export { integer_depthwise, integer_depthwise_scratch_bytes } from './integers/integer_depthwise';
export { integer_pool2d } from './integers/integer_pool';
export { sums_of_integers } from './integers/integer_reduce';
export { copy_bytes, fill_bytes } from './integers/copy_bytes';
export { map_bytes } from './integers/map_bytes';
export { narrow_integers } from './integers/narrow_integers';
export { floats_of_integers, integer_add, integers_of_floats, quantize_floats } from './integers/elementwise';
export { unary } from './unary';
export { binary } from './binary';
export { layer_norm, softmax, sum_middle } from './reduce';
export { pool2d } from './convolution/pool';
export { scale_constants } from './constants';
export { batch_norm, copy, fill } from './copy';
export { winograd_conv2d, winograd_scratch_bytes } from './convolution/winograd';
export { winograd_weights } from './convolution/winograd_transforms';
export { batch_norm_scratch_bytes } from './copy';
export { gemm_scratch_bytes } from './product/gemm';
