/** How assembly/compact.ts numbers the formats of elements. */
export const COMPACT_FORMATS = { uint8: 0, uint16: 1, float16: 2 } as const;
export type CompactFormat = keyof typeof COMPACT_FORMATS;

/** The functions that take compact matrices: what those of kernel_functions.ts of the same names compute. */
export interface CompactFunctions {
  has_infinite_half(b: number, count: number): number;
  gemm_compact_scratch_bytes(format: number, m: number, k: number, n: number): number;
  gemm_compact(
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
  conv2d_compact_scratch_bytes(
    channels: number,
    filterHeight: number,
    filterWidth: number,
    outChannels: number,
  ): number;
  conv2d_compact(
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
  expand_depthwise_compact_scratch_bytes(
    width: number,
    channels: number,
    expandedChannels: number,
    filterHeight: number,
    dilationY: number,
  ): number;
  expand_depthwise_compact(
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
export const COMPACT_ADDRESS_ARGUMENTS = {
  has_infinite_half: { reads: [0], writes: [] },
  gemm_compact_scratch_bytes: { reads: [], writes: [] },
  gemm_compact: { reads: [0, 2, 3, 6, 7], writes: [8], scratch: 15 },
  conv2d_compact_scratch_bytes: { reads: [], writes: [] },
  conv2d_compact: { reads: [0, 1, 2, 5, 6], writes: [7], scratch: 25 },
  expand_depthwise_compact_scratch_bytes: { reads: [], writes: [] },
  expand_depthwise_compact: { reads: [0, 1, 2, 5, 6, 7], writes: [8], scratch: 28 },
};
