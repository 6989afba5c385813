/** What the wasm module exports: functions of addresses, in bytes, and sizes, in elements. Nothing is allocated. */
export { pack_b, pack_b_transposed, packed_bytes, transpose } from './pack';
export { place_elements, take_elements } from './place';
export { gemm } from './gemm';
export { conv2d, conv2d_scratch_bytes } from './conv';
export { has_infinite_half } from './compact';
export { conv2d_compact, conv2d_compact_scratch_bytes, gemm_compact, gemm_compact_scratch_bytes } from './compact_products';
export { depthwise_conv2d } from './depthwise';
export { expand_depthwise, expand_depthwise_compact, expand_depthwise_compact_scratch_bytes, expand_depthwise_scratch_bytes } from './expand';
export { unary } from './unary';
export { binary } from './binary';
export { layer_norm, softmax, sum_middle } from './reduce';
export { pool2d } from './pool';
export { scale_constants } from './constants';
export { batch_norm, copy, fill } from './copy';
export { winograd_conv2d, winograd_scratch_bytes, winograd_weights } from './winograd';
