import type { Heap } from '../heap.ts';
import { ElementFormat, type KernelFunctions } from '../kernel_signatures.ts';
import type { Activation } from '../webassembly/activation.ts';
import { imageArguments, type WindowInfo, windowArguments } from '../webassembly/convolution_window.ts';

/** A right-hand matrix [k, n] of a product. `transposed` means that memory contains it as [n, k]. */
export interface MatrixLayout {
  readonly k: number;
  readonly n: number;
  readonly transposed: boolean;
}

/** The columns of a panel: see assembly/product/pack.ts. */
export const PANEL = 8;

/** A packed matrix with its address in bytes. */
export interface PackedMatrix {
  readonly address: number;
  /** Set if its elements are smaller than float32: see assembly/product/quantized.ts. */
  readonly quantized?: QuantizedPart;
}

export type ElementFormatName = keyof typeof ElementFormat;

export interface QuantizedPart {
  readonly vectors: number;
  readonly format: ElementFormatName;
  readonly zero: number;
}

/** The context of a product. */
interface ProductContext {
  readonly functions: KernelFunctions;
  readonly heap: Heap;
}

interface ProductSize {
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

/** Multiplies contiguous rows [m, k] by a packed matrix [k, n]. */
export function multiplyPacked(
  { functions, heap }: ProductContext,
  a: number,
  { address, quantized }: PackedMatrix,
  bias: number,
  c: number,
  { m, k, n }: ProductSize,
  { lower, upper }: Activation,
): void {
  if (quantized === undefined) {
    functions.gemm(
      a,
      k,
      address,
      bias,
      0,
      c,
      n,
      m,
      k,
      n,
      lower,
      upper,
      heap.scratch(functions.gemm_scratch_bytes()),
    );
    return;
  }
  const { vectors, zero } = quantized;
  const format = ElementFormat[quantized.format];
  const scratch = heap.scratch(functions.gemm_quantized_scratch_bytes(format, m, k, n));
  functions.gemm_quantized(
    a,
    k,
    address,
    vectors,
    format,
    zero,
    bias,
    0,
    c,
    n,
    m,
    k,
    n,
    lower,
    upper,
    scratch,
  );
}

/** Convolves an image [batch, height, width, channels] with a packed filter. */
export function convolvePacked(
  { functions, heap }: ProductContext,
  x: number,
  { address, quantized }: PackedMatrix,
  bias: number,
  y: number,
  info: WindowInfo,
  { lower, upper }: Activation,
): void {
  const { inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth } = info;
  const sizes = [
    ...imageArguments(info),
    outHeight,
    outWidth,
    outChannels,
    ...windowArguments(info),
    lower,
    upper,
  ] as const;
  if (quantized === undefined) {
    const scratch = heap.scratch(functions.conv2d_scratch_bytes(inChannels, filterHeight, filterWidth));
    functions.conv2d(x, address, bias, 0, y, ...sizes, scratch);
    return;
  }
  const { vectors, zero } = quantized;
  const format = ElementFormat[quantized.format];
  const scratch = heap.scratch(
    functions.conv2d_quantized_scratch_bytes(inChannels, filterHeight, filterWidth, outChannels),
  );
  functions.conv2d_quantized(x, address, vectors, format, zero, bias, 0, y, ...sizes, scratch);
}
