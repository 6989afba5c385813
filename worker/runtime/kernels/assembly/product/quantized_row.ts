import { ElementFormat, FLOAT16, UINT8, maskOf, panelBytes, rowOfBlock, rowsOfBlock } from './quantized';
import { NO_RESIDUAL } from './tile';
import { clamp, loadUpTo, multiplyAdd, storeUpTo, sumOfLanes } from '../vector';

/**
 * Multiplies one row by a quantized matrix of uint8 or float16, which is dequantized in registers. Such a product reads
 * each element once and waits for memory, so that smaller elements pay for their conversion. Scales and offsets are
 * applied to the complete sums, so that an infinite value makes the whole row NaN.
 *
 * @param a        [k] in float32
 * @param residual the distance from an address in c to that of the residual, in bytes, or NO_RESIDUAL
 */
export function multiplyRow(a: usize, packed: usize, vectors: usize, format: ElementFormat, zero: i32, bias: usize, residual: usize, c: usize, k: i32, n: i32, lower: f32, upper: f32): void {
  if (format == UINT8) rowUint8(a, packed, vectors, zero, bias, residual, c, k, n, lower, upper);
  else rowFloat16(a, packed, vectors, zero, bias, residual, c, k, n, lower, upper);
}

function rowUint8(a: usize, packed: usize, vectors: usize, zero: i32, bias: usize, residual: usize, c: usize, k: i32, n: i32, lower: f32, upper: f32): void {
  row(UINT8, a, packed, vectors, zero, bias, residual, c, k, n, lower, upper);
}

function rowFloat16(a: usize, packed: usize, vectors: usize, zero: i32, bias: usize, residual: usize, c: usize, k: i32, n: i32, lower: f32, upper: f32): void {
  row(FLOAT16, a, packed, vectors, zero, bias, residual, c, k, n, lower, upper);
}

// @ts-ignore: decorator
@inline
function row(FORMAT: i32, a: usize, packed: usize, vectors: usize, zero: i32, bias: usize, residual: usize, c: usize, k: i32, n: i32, lower: f32, upper: f32): void {
  const bytes = panelBytes(FORMAT, k);
  const sum = f32x4.splat(FORMAT == FLOAT16 ? 0 : sumOf(a, k));
  const negative = f32x4.splat(-<f32>zero);
  const mask = maskOf(FORMAT, k);
  let column = 0;
  // Four panels at a time: enough independent sums to hide the latency of an addition, and enough streams for the
  // prefetcher.
  for (; column + 24 < n; column += 32) {
    multiplyPanels(FORMAT, 4, a, packed, bytes, mask, sum, negative, vectors, bias, residual, c, column, k, n, lower, upper);
    packed += 4 * bytes;
  }
  for (; column < n; column += 8) {
    multiplyPanels(FORMAT, 1, a, packed, bytes, mask, sum, negative, vectors, bias, residual, c, column, k, n, lower, upper);
    packed += bytes;
  }
}

// @ts-ignore: decorator
@inline
function multiplyPanels(FORMAT: i32, PANELS: i32, a: usize, b: usize, bytes: usize, mask: v128, sum: v128, negative: v128, vectors: usize, bias: usize, residual: usize, c: usize, column: i32, k: i32, n: i32, lower: f32, upper: f32): void {
  let c00 = f32x4.splat(0);
  let c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  let a2 = c00, a3 = c00, zeros = c00;
  let a0: v128, a1: v128;
  const factor = f32x4.splat(ROW_FACTOR);
  for (let left = k; left > 0; left -= rowsOfBlock(FORMAT)) {
    a0 = v128.load32_splat(a);
    a1 = left > 1 ? v128.load32_splat(a, 4) : f32x4.splat(0);
    if (FORMAT == UINT8) {
      a2 = left > 2 ? v128.load32_splat(a, 8) : f32x4.splat(0);
      a3 = left > 3 ? v128.load32_splat(a, 12) : f32x4.splat(0);
    }
    if (FORMAT == UINT8) zeros = f32x4.mul(f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3)), negative);
    if (FORMAT == FLOAT16) a0 = f32x4.mul(a0, factor), a1 = f32x4.mul(a1, factor);
    c00 = addBlock(FORMAT, b, a0, a1, a2, a3, zeros, mask, c00);
    c01 = addBlock(FORMAT, b + 16, a0, a1, a2, a3, zeros, mask, c01);
    if (PANELS > 1) {
      c10 = addBlock(FORMAT, b + bytes, a0, a1, a2, a3, zeros, mask, c10);
      c11 = addBlock(FORMAT, b + bytes + 16, a0, a1, a2, a3, zeros, mask, c11);
      c20 = addBlock(FORMAT, b + 2 * bytes, a0, a1, a2, a3, zeros, mask, c20);
      c21 = addBlock(FORMAT, b + 2 * bytes + 16, a0, a1, a2, a3, zeros, mask, c21);
      c30 = addBlock(FORMAT, b + 3 * bytes, a0, a1, a2, a3, zeros, mask, c30);
      c31 = addBlock(FORMAT, b + 3 * bytes + 16, a0, a1, a2, a3, zeros, mask, c31);
    }
    b += 32;
    a += FORMAT == UINT8 ? 16 : 8;
  }
  finish(FORMAT, c00, c01, sum, vectors, bias, residual, c, column, n, lower, upper);
  if (PANELS > 1) {
    finish(FORMAT, c10, c11, sum, vectors, bias, residual, c, column + 8, n, lower, upper);
    finish(FORMAT, c20, c21, sum, vectors, bias, residual, c, column + 16, n, lower, upper);
    finish(FORMAT, c30, c31, sum, vectors, bias, residual, c, column + 24, n, lower, upper);
  }
}

/** Adds the products of all rows of a block for four of its columns. */
// @ts-ignore: decorator
@inline
function addBlock(FORMAT: i32, address: usize, a0: v128, a1: v128, a2: v128, a3: v128, zeros: v128, mask: v128, sums: v128): v128 {
  const block = v128.load(address);
  if (FORMAT == UINT8) sums = f32x4.add(sums, zeros);
  sums = multiplyAdd(a0, rowOfBlock(FORMAT, 0, block, mask), sums);
  sums = multiplyAdd(a1, rowOfBlock(FORMAT, 1, block, mask), sums);
  if (FORMAT == UINT8) {
    sums = multiplyAdd(a2, rowOfBlock(FORMAT, 2, block, mask), sums);
    sums = multiplyAdd(a3, rowOfBlock(FORMAT, 3, block, mask), sums);
  }
  return sums;
}

function sumOf(a: usize, k: i32): f32 {
  let sums = f32x4.splat(0);
  const end = a + (<usize>k << 2);
  for (; a + 16 <= end; a += 16) sums = f32x4.add(sums, v128.load(a));
  let sum = sumOfLanes(sums);
  for (; a < end; a += 4) sum += load<f32>(a);
  return sum;
}

/**
 * The factor 2^112 that half-precision numbers lack, in two parts. Neither a value below 2^48 times the first part nor
 * a sum without the second part leaves the range.
 */
const ROW_FACTOR: f32 = 1208925819614629174706176.0;
const SUM_FACTOR: f32 = 4294967296.0;

/** Finishes and stores eight columns from `column` on. */
function finish(format: i32, low: v128, high: v128, sum: v128, vectors: usize, bias: usize, residual: usize, c: usize, column: i32, n: i32, lower: f32, upper: f32): void {
  if (format == FLOAT16) low = f32x4.mul(low, f32x4.splat(SUM_FACTOR)), high = f32x4.mul(high, f32x4.splat(SUM_FACTOR));
  finishHalf(format, low, sum, vectors, bias, residual, c, column, n, lower, upper);
  finishHalf(format, high, sum, vectors, bias, residual, c, column + 4, n, lower, upper);
}

function finishHalf(format: i32, sums: v128, sum: v128, vectors: usize, bias: usize, residual: usize, c: usize, column: i32, n: i32, lower: f32, upper: f32): void {
  const columns = n - column;
  const scale = loadUpTo(vectors + (<usize>column << 2), columns);
  const target = c + (<usize>column << 2);
  let value = bias != 0 ? loadUpTo(bias + (<usize>column << 2), columns) : f32x4.splat(0);
  if (format != FLOAT16) value = multiplyAdd(sum, loadUpTo(vectors + (<usize>(n + column) << 2), columns), value);
  value = multiplyAdd(sums, scale, value);
  if (residual != NO_RESIDUAL) value = f32x4.add(value, loadUpTo(target + residual, columns));
  storeUpTo(target, clamp(value, f32x4.splat(lower), f32x4.splat(upper)), columns);
}
