import { NO_RESIDUAL } from '../../product/tile';
import { Flag, Input, Output } from '../../roles';
import { dynamic_row_bytes } from './dynamic_rows';
import { DYNAMIC_ROWS, dynamicRow, dynamicRows } from './dynamic_tile';
import { tensor_row_bytes } from './tensor_rows';

/** The bytes of panels that stay in the second-level cache while all rows are multiplied. */
const CACHED_BYTES: i32 = 256 * 1024;

// One function for each number of rows, so that each has constants in place of conditions.
function oneRow(x: usize, groups: i32, packed: usize, panels: i32, zero: i32, sums: usize, extra: usize, scales: usize, bias: usize, c: usize, columns: i32, residual: usize, lower: f32, upper: f32): void {
  dynamicRow(false, x, groups, packed, panels, zero, sums, extra, scales, bias, c, columns, residual, lower, upper);
}

function twoRows(x: usize, rowBytes: usize, groups: i32, packed: usize, panels: i32, zero: i32, sums: usize, extra: usize, scales: usize, bias: usize, c: usize, ldc: usize, columns: i32, residual: usize, lower: f32, upper: f32): void {
  dynamicRows(2, false, x, rowBytes, groups, packed, panels, zero, sums, extra, scales, bias, c, ldc, columns, residual, lower, upper);
}

function threeRows(x: usize, rowBytes: usize, groups: i32, packed: usize, panels: i32, zero: i32, sums: usize, extra: usize, scales: usize, bias: usize, c: usize, ldc: usize, columns: i32, residual: usize, lower: f32, upper: f32): void {
  dynamicRows(3, false, x, rowBytes, groups, packed, panels, zero, sums, extra, scales, bias, c, ldc, columns, residual, lower, upper);
}

function fourRows(x: usize, rowBytes: usize, groups: i32, packed: usize, panels: i32, zero: i32, sums: usize, extra: usize, scales: usize, bias: usize, c: usize, ldc: usize, columns: i32, residual: usize, lower: f32, upper: f32): void {
  dynamicRows(4, false, x, rowBytes, groups, packed, panels, zero, sums, extra, scales, bias, c, ldc, columns, residual, lower, upper);
}

function oneRowFused(x: usize, groups: i32, packed: usize, panels: i32, zero: i32, sums: usize, extra: usize, scales: usize, bias: usize, c: usize, columns: i32, residual: usize, lower: f32, upper: f32): void {
  dynamicRow(true, x, groups, packed, panels, zero, sums, extra, scales, bias, c, columns, residual, lower, upper);
}

function twoRowsFused(x: usize, rowBytes: usize, groups: i32, packed: usize, panels: i32, zero: i32, sums: usize, extra: usize, scales: usize, bias: usize, c: usize, ldc: usize, columns: i32, residual: usize, lower: f32, upper: f32): void {
  dynamicRows(2, true, x, rowBytes, groups, packed, panels, zero, sums, extra, scales, bias, c, ldc, columns, residual, lower, upper);
}

function threeRowsFused(x: usize, rowBytes: usize, groups: i32, packed: usize, panels: i32, zero: i32, sums: usize, extra: usize, scales: usize, bias: usize, c: usize, ldc: usize, columns: i32, residual: usize, lower: f32, upper: f32): void {
  dynamicRows(3, true, x, rowBytes, groups, packed, panels, zero, sums, extra, scales, bias, c, ldc, columns, residual, lower, upper);
}

function fourRowsFused(x: usize, rowBytes: usize, groups: i32, packed: usize, panels: i32, zero: i32, sums: usize, extra: usize, scales: usize, bias: usize, c: usize, ldc: usize, columns: i32, residual: usize, lower: f32, upper: f32): void {
  dynamicRows(4, true, x, rowBytes, groups, packed, panels, zero, sums, extra, scales, bias, c, ldc, columns, residual, lower, upper);
}

/** Computes `count` rows, 1 to 4. The other parameters are those of dynamicRows. */
function computeRows(fused: bool, count: i32, x: usize, rowBytes: usize, groups: i32, packed: usize, panels: i32, zero: i32, sums: usize, extra: usize, scales: usize, bias: usize, c: usize, ldc: usize, columns: i32, residual: usize, lower: f32, upper: f32): void {
  if (fused) {
    if (count == 4) fourRowsFused(x, rowBytes, groups, packed, panels, zero, sums, extra, scales, bias, c, ldc, columns, residual, lower, upper);
    else if (count == 3) threeRowsFused(x, rowBytes, groups, packed, panels, zero, sums, extra, scales, bias, c, ldc, columns, residual, lower, upper);
    else if (count == 2) twoRowsFused(x, rowBytes, groups, packed, panels, zero, sums, extra, scales, bias, c, ldc, columns, residual, lower, upper);
    else oneRowFused(x, groups, packed, panels, zero, sums, extra, scales, bias, c, columns, residual, lower, upper);
  } else {
    if (count == 4) fourRows(x, rowBytes, groups, packed, panels, zero, sums, extra, scales, bias, c, ldc, columns, residual, lower, upper);
    else if (count == 3) threeRows(x, rowBytes, groups, packed, panels, zero, sums, extra, scales, bias, c, ldc, columns, residual, lower, upper);
    else if (count == 2) twoRows(x, rowBytes, groups, packed, panels, zero, sums, extra, scales, bias, c, ldc, columns, residual, lower, upper);
    else oneRow(x, groups, packed, panels, zero, sums, extra, scales, bias, c, columns, residual, lower, upper);
  }
}

/**
 * Multiplies quantized rows by a matrix of 8 bits: c = clamp((codes * (packed - zero)) * magnitude * scales + bias +
 * residual, lower, upper). The sums are exact. They are multiplied and added to in float32, in this order and without
 * fused additions.
 *
 * @param x        [m] quantized rows of k codes, with their magnitudes: see dynamic_rows.ts and tensor_rows.ts
 * @param packed   [k, n] in uint8: panels of product/quantized.ts
 * @param zero     the element that stands for 0
 * @param sums     [n] in int32 for rows of tensor_rows.ts: the sums of (packed - zero) for each column. 0 for other rows
 * @param scales   [n] in float32
 * @param bias     [n] in float32, or 0
 * @param residual [m, n] in float32, or 0; may be c
 * @param c        [m, n] in float32
 * @param lower    lower bound of the result, -infinity for none
 * @param upper    upper bound of the result, infinity for none
 * @param fused    see has_fused_dot
 */
export function dynamic_product(
  x: Input,
  packed: Input,
  zero: i32,
  sums: Input,
  scales: Input,
  bias: Input,
  residual: Input,
  c: Output,
  m: i32,
  k: i32,
  n: i32,
  lower: f32,
  upper: f32,
  fused: Flag,
): void {
  const groups = (k + 3) >>> 2;
  const extra = dynamic_row_bytes(k);
  const rowBytes = sums != 0 ? tensor_row_bytes(k) : extra;
  const panels = (n + 7) >>> 3;
  const group = max(1, CACHED_BYTES / max(1, groups << 5));
  const ldc = <usize>n << 2;
  const distance: usize = residual != 0 ? residual - c : NO_RESIDUAL;
  for (let panel = 0; panel < panels; panel += group) {
    const count = min(group, panels - panel);
    const b = packed + (<usize>panel * <usize>groups << 5);
    const column = <usize>panel << 5;
    for (let row = 0; row < m; row += DYNAMIC_ROWS) {
      computeRows(fused != 0, min(DYNAMIC_ROWS, m - row), x + <usize>row * rowBytes, rowBytes, groups, b, count, zero, sums != 0 ? sums + column : 0, extra, scales + column, bias != 0 ? bias + column : 0, c + <usize>row * ldc + column, ldc, n - (panel << 3), distance, lower, upper);
    }
  }
}

/**
 * Returns the largest sum of a column's magnitudes, which bounds the sums of its products. See dynamic_product.
 *
 * @param packed [k, n] in uint8
 */
export function largest_magnitude_sum(packed: Input, zero: i32, k: i32, n: i32): i32 {
  const zeros = i8x16.splat(<i8>zero);
  const rest = k & 3;
  // The last group of four rows may have fewer. What is behind them is not a weight.
  const present = i32x4.splat(rest == 0 ? -1 : (1 << (rest << 3)) - 1);
  let most = 0;
  for (let column = 0; column < n; column += 4) {
    let address = packed + (<usize>(column >>> 3) * <usize>((k + 3) >>> 2) << 5) + (<usize>(column & 4) << 2);
    let sums = i32x4.splat(0);
    for (let row = 0; row < k; row += 4) {
      const elements = v128.load(address);
      let magnitudes = i8x16.sub(i8x16.max_u(elements, zeros), i8x16.min_u(elements, zeros));
      if (row + 4 > k) magnitudes = v128.and(magnitudes, present);
      sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(magnitudes)));
      address += 32;
    }
    most = max(most, i32x4.extract_lane(sums, 0));
    if (column + 1 < n) most = max(most, i32x4.extract_lane(sums, 1));
    if (column + 2 < n) most = max(most, i32x4.extract_lane(sums, 2));
    if (column + 3 < n) most = max(most, i32x4.extract_lane(sums, 3));
  }
  return most;
}
