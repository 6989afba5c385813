import { ONES } from '../../constants';
import { storeRow } from '../../product/tile';
import { loadUpTo } from '../../vector';
import { addProducts } from '../dot';
import { GROUP_BYTES, ROW_HEAD } from './dynamic_rows';
import { extraSums } from './tensor_rows';

/** The rows of a tile. */
export const DYNAMIC_ROWS: i32 = 4;

/**
 * Returns what the sums of a row begin with.
 *
 * A stored weight is an unsigned byte e, and stands for e - zero. Its upper bit inverted, it is the signed byte e - 128.
 * So the product with a code is code * (e - 128) + code * (128 - zero). For a negative code, the first term is
 * magnitude * ~(e - 128) + magnitude: see dot.ts, where the weights have the signs.
 */
// @ts-ignore: decorator
@inline
function beginning(row: usize, zero: i32): v128 {
  return i32x4.splat((128 - zero) * load<i32>(row, 4) + load<i32>(row, 8));
}

/** Adds what is missing in the sums of a row of tensor_rows.ts. */
// @ts-ignore: decorator
@inline
function completed(sums: v128, row: usize, extra: usize, weights: usize, columnSums: v128): v128 {
  return i32x4.add(i32x4.add(sums, extraSums(row, extra, weights)), i32x4.mul(columnSums, v128.load32_splat(row, 12)));
}

/**
 * Completes and scales the sums of eight columns of a row, adds the bias, and stores them.
 *
 * @param weights the address of the first group of the columns' panel
 * @param extra   the distance from a row to its extra codes in bytes
 */
function finish(left: v128, right: v128, row: usize, weights: usize, sums: usize, extra: usize, scales: usize, bias: usize, c: usize, columns: i32, residual: usize, lower: f32, upper: f32): void {
  if (sums != 0) {
    left = completed(left, row, row + extra, weights, loadUpTo(sums, columns));
    right = completed(right, row, row + extra, weights + 16, loadUpTo(sums + 16, columns - 4));
  }
  const magnitude = v128.load32_splat(row);
  left = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(left), magnitude), loadUpTo(scales, columns));
  right = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(right), magnitude), loadUpTo(scales + 16, columns - 4));
  if (bias != 0) {
    left = f32x4.add(left, loadUpTo(bias, columns));
    right = f32x4.add(right, loadUpTo(bias + 16, columns - 4));
  }
  storeRow(c, left, right, columns, residual, lower, upper);
}

/**
 * The inner loop of products of quantized rows. It computes up to 4 rows of the result, one panel of 8 columns after the
 * other. Weights are read as they are stored: panels of product/quantized.ts.
 *
 * @param x        the first quantized row: see dynamic_rows.ts
 * @param rowBytes bytes from one row to the next
 * @param groups   the groups of four codes of a row
 * @param packed   the first panel
 * @param panels   the number of panels to compute
 * @param zero     the stored weight that stands for 0
 * @param sums     the address of the first column's sum for rows of tensor_rows.ts, or 0
 * @param extra    the distance from such a row to its extra codes in bytes
 * @param scales   the address of the first column's scale
 * @param bias     the address of the first column's bias, or 0
 * @param c        the address of the first result
 * @param ldc      bytes from one row of the result to the next
 * @param columns  columns from c to the end of the row
 * @param residual the distance from an address in c to that of the residual, in bytes, or NO_RESIDUAL
 */
// @ts-ignore: decorator
@inline
export function dynamicRows(
  ROWS: i32,
  FUSED: bool,
  x: usize,
  rowBytes: usize,
  groups: i32,
  packed: usize,
  panels: i32,
  zero: i32,
  sums: usize,
  extra: usize,
  scales: usize,
  bias: usize,
  c: usize,
  ldc: usize,
  columns: i32,
  residual: usize,
  lower: f32,
  upper: f32,
): void {
  const ones = ONES;
  const x1 = ROWS > 1 ? x + rowBytes : x;
  const x2 = ROWS > 2 ? x1 + rowBytes : x;
  const x3 = ROWS > 3 ? x2 + rowBytes : x;
  const panelBytes = <usize>groups << 5;
  const pairBytes = <usize>(groups & ~1) << 5;
  let b = packed;
  let w0: v128, w1: v128, masks: v128, magnitudes: v128;
  for (let panel = 0; panel < panels; panel++) {
    let c00 = beginning(x, zero);
    let c01 = c00;
    let c10 = ROWS > 1 ? beginning(x1, zero) : c00;
    let c11 = c10;
    let c20 = ROWS > 2 ? beginning(x2, zero) : c00;
    let c21 = c20;
    let c30 = ROWS > 3 ? beginning(x3, zero) : c00;
    let c31 = c30;
    let a0 = x + ROW_HEAD, a1 = x1 + ROW_HEAD, a2 = x2 + ROW_HEAD, a3 = x3 + ROW_HEAD;
    const end = b + panelBytes;
    for (const pairsEnd = b + pairBytes; b != pairsEnd; b += 64) {
      w0 = v128.load(b), w1 = v128.load(b, 16);
      masks = v128.load32_splat(a0), magnitudes = v128.load32_splat(a0, 4);
      c00 = addProducts(FUSED, w0, masks, magnitudes, c00, ones), c01 = addProducts(FUSED, w1, masks, magnitudes, c01, ones);
      if (ROWS > 1) {
        masks = v128.load32_splat(a1), magnitudes = v128.load32_splat(a1, 4);
        c10 = addProducts(FUSED, w0, masks, magnitudes, c10, ones), c11 = addProducts(FUSED, w1, masks, magnitudes, c11, ones);
      }
      if (ROWS > 2) {
        masks = v128.load32_splat(a2), magnitudes = v128.load32_splat(a2, 4);
        c20 = addProducts(FUSED, w0, masks, magnitudes, c20, ones), c21 = addProducts(FUSED, w1, masks, magnitudes, c21, ones);
      }
      if (ROWS > 3) {
        masks = v128.load32_splat(a3), magnitudes = v128.load32_splat(a3, 4);
        c30 = addProducts(FUSED, w0, masks, magnitudes, c30, ones), c31 = addProducts(FUSED, w1, masks, magnitudes, c31, ones);
      }
      w0 = v128.load(b, 32), w1 = v128.load(b, 48);
      masks = v128.load32_splat(a0, 8), magnitudes = v128.load32_splat(a0, 12);
      c00 = addProducts(FUSED, w0, masks, magnitudes, c00, ones), c01 = addProducts(FUSED, w1, masks, magnitudes, c01, ones);
      if (ROWS > 1) {
        masks = v128.load32_splat(a1, 8), magnitudes = v128.load32_splat(a1, 12);
        c10 = addProducts(FUSED, w0, masks, magnitudes, c10, ones), c11 = addProducts(FUSED, w1, masks, magnitudes, c11, ones);
      }
      if (ROWS > 2) {
        masks = v128.load32_splat(a2, 8), magnitudes = v128.load32_splat(a2, 12);
        c20 = addProducts(FUSED, w0, masks, magnitudes, c20, ones), c21 = addProducts(FUSED, w1, masks, magnitudes, c21, ones);
      }
      if (ROWS > 3) {
        masks = v128.load32_splat(a3, 8), magnitudes = v128.load32_splat(a3, 12);
        c30 = addProducts(FUSED, w0, masks, magnitudes, c30, ones), c31 = addProducts(FUSED, w1, masks, magnitudes, c31, ones);
      }
      a0 += 2 * GROUP_BYTES;
      if (ROWS > 1) a1 += 2 * GROUP_BYTES;
      if (ROWS > 2) a2 += 2 * GROUP_BYTES;
      if (ROWS > 3) a3 += 2 * GROUP_BYTES;
    }
    if (b != end) {
      w0 = v128.load(b), w1 = v128.load(b, 16);
      masks = v128.load32_splat(a0), magnitudes = v128.load32_splat(a0, 4);
      c00 = addProducts(FUSED, w0, masks, magnitudes, c00, ones), c01 = addProducts(FUSED, w1, masks, magnitudes, c01, ones);
      if (ROWS > 1) {
        masks = v128.load32_splat(a1), magnitudes = v128.load32_splat(a1, 4);
        c10 = addProducts(FUSED, w0, masks, magnitudes, c10, ones), c11 = addProducts(FUSED, w1, masks, magnitudes, c11, ones);
      }
      if (ROWS > 2) {
        masks = v128.load32_splat(a2), magnitudes = v128.load32_splat(a2, 4);
        c20 = addProducts(FUSED, w0, masks, magnitudes, c20, ones), c21 = addProducts(FUSED, w1, masks, magnitudes, c21, ones);
      }
      if (ROWS > 3) {
        masks = v128.load32_splat(a3), magnitudes = v128.load32_splat(a3, 4);
        c30 = addProducts(FUSED, w0, masks, magnitudes, c30, ones), c31 = addProducts(FUSED, w1, masks, magnitudes, c31, ones);
      }
      b = end;
    }
    const weights = end - panelBytes;
    finish(c00, c01, x, weights, sums, extra, scales, bias, c, columns, residual, lower, upper);
    if (ROWS > 1) finish(c10, c11, x1, weights, sums, extra, scales, bias, c + ldc, columns, residual, lower, upper);
    if (ROWS > 2) finish(c20, c21, x2, weights, sums, extra, scales, bias, c + 2 * ldc, columns, residual, lower, upper);
    if (ROWS > 3) finish(c30, c31, x3, weights, sums, extra, scales, bias, c + 3 * ldc, columns, residual, lower, upper);
    if (sums != 0) sums += 32;
    scales += 32;
    if (bias != 0) bias += 32;
    c += 32;
    columns -= 8;
  }
}

/**
 * The same for one row, four panels at a time: such a product reads each weight once. Four streams help the prefetcher,
 * and the masks and magnitudes are loaded once for 32 columns. The parameters are those of dynamicRows.
 */
// @ts-ignore: decorator
@inline
export function dynamicRow(
  FUSED: bool,
  x: usize,
  groups: i32,
  packed: usize,
  panels: i32,
  zero: i32,
  sums: usize,
  extra: usize,
  scales: usize,
  bias: usize,
  c: usize,
  columns: i32,
  residual: usize,
  lower: f32,
  upper: f32,
): void {
  const ones = ONES;
  const panelBytes = <usize>groups << 5;
  let masks: v128, magnitudes: v128;
  let b0 = packed;
  for (; panels >= 4; panels -= 4) {
    let c00 = beginning(x, zero);
    let c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
    let a = x + ROW_HEAD;
    let b1 = b0 + panelBytes, b2 = b1 + panelBytes, b3 = b2 + panelBytes;
    for (const end = b1; b0 != end; ) {
      masks = v128.load32_splat(a), magnitudes = v128.load32_splat(a, 4);
      c00 = addProducts(FUSED, v128.load(b0), masks, magnitudes, c00, ones), c01 = addProducts(FUSED, v128.load(b0, 16), masks, magnitudes, c01, ones);
      c10 = addProducts(FUSED, v128.load(b1), masks, magnitudes, c10, ones), c11 = addProducts(FUSED, v128.load(b1, 16), masks, magnitudes, c11, ones);
      c20 = addProducts(FUSED, v128.load(b2), masks, magnitudes, c20, ones), c21 = addProducts(FUSED, v128.load(b2, 16), masks, magnitudes, c21, ones);
      c30 = addProducts(FUSED, v128.load(b3), masks, magnitudes, c30, ones), c31 = addProducts(FUSED, v128.load(b3, 16), masks, magnitudes, c31, ones);
      a += GROUP_BYTES;
      b0 += 32;
      b1 += 32;
      b2 += 32;
      b3 += 32;
    }
    finish(c00, c01, x, b0 - panelBytes, sums, extra, scales, bias, c, columns, residual, lower, upper);
    finish(c10, c11, x, b0, sums != 0 ? sums + 32 : 0, extra, scales + 32, bias != 0 ? bias + 32 : 0, c + 32, columns - 8, residual, lower, upper);
    finish(c20, c21, x, b1, sums != 0 ? sums + 64 : 0, extra, scales + 64, bias != 0 ? bias + 64 : 0, c + 64, columns - 16, residual, lower, upper);
    finish(c30, c31, x, b2, sums != 0 ? sums + 96 : 0, extra, scales + 96, bias != 0 ? bias + 96 : 0, c + 96, columns - 24, residual, lower, upper);
    b0 = b3;
    if (sums != 0) sums += 128;
    scales += 128;
    if (bias != 0) bias += 128;
    c += 128;
    columns -= 32;
  }
  dynamicRows(1, FUSED, x, 0, groups, b0, panels, zero, sums, extra, scales, bias, c, 0, columns, residual, lower, upper);
}
