import { ElementFormat, UINT16, expandPanels, panelBytes } from './quantized';
import { multiplyRow } from './quantized_row';
import { conv2d_scratch_bytes, convolveColumns, panelsPerFilterGroup } from '../convolution/conv2d';
import { multiplyPanels, panelsPerGroup, POINTER_LINE_BYTES } from './gemm';
import { NO_RESIDUAL } from './tile';
import { Input, Output, Scratch } from '../roles';

/**
 * True if the product dequantizes in registers: for a single row, except for uint16, whose sums would lose digits
 * because the zero is subtracted at the end.
 */
// @ts-ignore: decorator
@inline
function isUnexpanded(format: i32, m: i32): bool {
  return m == 1 && format != UINT16;
}

/** Returns the bytes of scratch that gemm_quantized needs: pointers, and a group of dequantized panels. */
export function gemm_quantized_scratch_bytes(format: ElementFormat, m: i32, k: i32, n: i32): usize {
  return isUnexpanded(format, m) ? POINTER_LINE_BYTES : POINTER_LINE_BYTES + expandedGroupBytes(k, n);
}

export function expandedGroupBytes(k: i32, n: i32): usize {
  return <usize>min(panelsPerGroup(k), (n + 7) >>> 3) * (<usize>k << 5);
}

/**
 * Computes the same as gemm for a quantized matrix. The other parameters are those of gemm.
 *
 * @param packed  [k, n], elements of `format`: see quantized.ts
 * @param vectors [2, n] in float32: a scale for each column, then an offset for each
 * @param zero    the element whose value is nearest to 0
 * @param scratch gemm_quantized_scratch_bytes bytes
 */
export function gemm_quantized(
  a: Input,
  lda: i32,
  packed: Input,
  vectors: Input,
  format: ElementFormat,
  zero: i32,
  bias: Input,
  residual: Input,
  c: Output,
  ldc: i32,
  m: i32,
  k: i32,
  n: i32,
  lower: f32,
  upper: f32,
  scratch: Scratch,
): void {
  if (isUnexpanded(format, m)) multiplyRow(a, packed, vectors, format, zero, bias, residual != 0 ? residual - c : NO_RESIDUAL, c, k, n, lower, upper);
  else multiplyExpanded(a, lda, packed, vectors, format, zero, bias, residual, c, ldc, m, k, n, lower, upper, scratch, scratch + POINTER_LINE_BYTES);
}

/**
 * Computes the same for any number of rows, with dequantized panels. The number of rows does not change a row's result,
 * bit for bit.
 */
export function multiplyExpanded(
  a: usize,
  lda: i32,
  packed: usize,
  vectors: usize,
  format: ElementFormat,
  zero: i32,
  bias: usize,
  residual: usize,
  c: usize,
  ldc: i32,
  m: i32,
  k: i32,
  n: i32,
  lower: f32,
  upper: f32,
  scratch: usize,
  expanded: usize,
): void {
  const panels = (n + 7) >>> 3;
  const group = panelsPerGroup(k);
  for (let panel = 0; panel < panels; panel += group) {
    const count = min(group, panels - panel);
    const column = <usize>panel << 5;
    const columns = n - (panel << 3);
    const scales = vectors + column;
    expandPanels(packed + <usize>panel * panelBytes(format, k), scales, scales + (<usize>n << 2), format, zero, k, count, columns, expanded);
    multiplyPanels(a, lda, expanded, bias != 0 ? bias + column : 0, residual != 0 ? residual + column : 0, c + column, ldc, m, k, min(columns, count << 3), lower, upper, scratch, false);
  }
}

/** Returns the bytes of scratch that conv2d_quantized needs: that of conv2d, and a group of dequantized panels. */
export function conv2d_quantized_scratch_bytes(channels: i32, filterHeight: i32, filterWidth: i32, outChannels: i32): usize {
  const k = filterHeight * filterWidth * channels;
  const panels = min(panelsPerFilterGroup(k), (outChannels + 7) >>> 3);
  return alignedScratch(channels, filterHeight, filterWidth) + <usize>panels * (<usize>k << 5);
}

// @ts-ignore: decorator
@inline
function alignedScratch(channels: i32, filterHeight: i32, filterWidth: i32): usize {
  return (conv2d_scratch_bytes(channels, filterHeight, filterWidth) + 15) & ~15;
}

/**
 * Computes the same as conv2d for a quantized filter. The other parameters are those of conv2d.
 *
 * @param packed  [filterHeight * filterWidth * channels, outChannels], elements of `format`: see quantized.ts
 * @param vectors [2, outChannels] in float32: a scale for each column, then an offset for each
 * @param zero    the element whose value is nearest to 0
 * @param scratch conv2d_quantized_scratch_bytes bytes
 */
export function conv2d_quantized(
  x: Input,
  packed: Input,
  vectors: Input,
  format: ElementFormat,
  zero: i32,
  bias: Input,
  residual: Input,
  y: Output,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  padTop: i32,
  padLeft: i32,
  lower: f32,
  upper: f32,
  scratch: Scratch,
): void {
  const k = filterHeight * filterWidth * channels;
  const expanded = scratch + alignedScratch(channels, filterHeight, filterWidth);
  const panels = (outChannels + 7) >>> 3;
  const group = panelsPerFilterGroup(k);
  for (let panel = 0; panel < panels; panel += group) {
    const count = min(group, panels - panel);
    const column = <usize>panel << 5;
    const columns = outChannels - (panel << 3);
    const scales = vectors + column;
    expandPanels(packed + <usize>panel * panelBytes(format, k), scales, scales + (<usize>outChannels << 2), format, zero, k, count, columns, expanded);
    convolveColumns(x, expanded, bias != 0 ? bias + column : 0, residual != 0 ? residual + column : 0, y + column, batch, height, width, channels, outHeight, outWidth, outChannels, min(columns, count << 3), filterHeight, filterWidth, strideY, strideX, dilationY, dilationX, padTop, padLeft, lower, upper, scratch, false);
  }
}
