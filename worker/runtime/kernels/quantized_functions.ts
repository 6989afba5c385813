/** How assembly/quantized.ts numbers the formats of elements. */
export const QUANTIZED_FORMATS = { uint8: 0, uint16: 1, float16: 2 } as const;
export type QuantizedFormat = keyof typeof QUANTIZED_FORMATS;

/** The functions that take quantized matrices: what those of kernel_functions.ts of the same names compute. */
export interface QuantizedFunctions {
  has_infinite_half(b: number, count: number): number;
  gemm_quantized_scratch_bytes(format: number, m: number, k: number, n: number): number;
  gemm_quantized(
    a: number,
    lda: number,
    packed: number,
    vectors: number,
    format: number,
    zero: number,
    bias: number,
    residual: number,
    c: number,
    ldc: number,
    m: number,
    k: number,
    n: number,
    lower: number,
    upper: number,
    scratch: number,
  ): void;
  conv2d_quantized_scratch_bytes(
    channels: number,
    filterHeight: number,
    filterWidth: number,
    outChannels: number,
  ): number;
  conv2d_quantized(
    x: number,
    packed: number,
    vectors: number,
    format: number,
    zero: number,
    bias: number,
    residual: number,
    y: number,
    batch: number,
    height: number,
    width: number,
    channels: number,
    outHeight: number,
    outWidth: number,
    outChannels: number,
    filterHeight: number,
    filterWidth: number,
    strideY: number,
    strideX: number,
    dilationY: number,
    dilationX: number,
    padTop: number,
    padLeft: number,
    lower: number,
    upper: number,
    scratch: number,
  ): void;
  expand_depthwise_quantized_scratch_bytes(
    width: number,
    channels: number,
    expandedChannels: number,
    filterHeight: number,
    dilationY: number,
  ): number;
  expand_depthwise_quantized(
    x: number,
    packed: number,
    vectors: number,
    format: number,
    zero: number,
    expandBias: number,
    filter: number,
    bias: number,
    y: number,
    batch: number,
    height: number,
    width: number,
    channels: number,
    expandedChannels: number,
    outHeight: number,
    outWidth: number,
    filterHeight: number,
    filterWidth: number,
    strideY: number,
    strideX: number,
    dilationY: number,
    dilationX: number,
    padTop: number,
    padLeft: number,
    expandedLower: number,
    expandedUpper: number,
    lower: number,
    upper: number,
    scratch: number,
  ): void;
}

/** Part of ADDRESS_ARGUMENTS, whose type checks it. */
export const QUANTIZED_ADDRESS_ARGUMENTS = {
  has_infinite_half: { reads: [0], writes: [] },
  gemm_quantized_scratch_bytes: { reads: [], writes: [] },
  gemm_quantized: { reads: [0, 2, 3, 6, 7], writes: [8], scratch: 15 },
  conv2d_quantized_scratch_bytes: { reads: [], writes: [] },
  conv2d_quantized: { reads: [0, 1, 2, 5, 6], writes: [7], scratch: 25 },
  expand_depthwise_quantized_scratch_bytes: { reads: [], writes: [] },
  expand_depthwise_quantized: { reads: [0, 1, 2, 5, 6, 7], writes: [8], scratch: 28 },
};
