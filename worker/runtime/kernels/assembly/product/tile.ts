import { clamp, loadUpTo, multiplyAdd, storeUpTo } from '../vector';

/** No residual. This is never a distance between two aligned addresses. */
export const NO_RESIDUAL: usize = 1;

/**
 * The inner loop of matrix products and convolutions. It computes up to 6 rows of the result, one panel of 8 columns
 * after the other, in 12 accumulators (x64 has 15 vector registers available).
 *
 * A row of the left-hand side consists of `segments` segments of `segmentLength` contiguous floats each: one segment
 * for a matrix, the taps of the filter for a convolution. `pointers` contains 6 row addresses for each segment.
 *
 * @param packed    the first panel, see pack.ts
 * @param panels    the number of panels to compute
 * @param bias      the address of the first column's bias, or 0
 * @param c         the address of the first result
 * @param ldc       bytes from one row of the result to the next
 * @param columns   columns from c to the end of the row
 * @param residual  the distance from an address in c to that of the residual, in bytes, or NO_RESIDUAL
 */
// @ts-ignore: decorator
@inline
export function rows(
  ROWS: i32,
  pointers: usize,
  segments: i32,
  segmentLength: i32,
  packed: usize,
  panels: i32,
  bias: usize,
  c: usize,
  ldc: usize,
  columns: i32,
  residual: usize,
  lower: f32,
  upper: f32,
): void {
  let b = packed;
  for (let panel = 0; panel < panels; panel++) {
    let c00 = f32x4.splat(0);
    let c01 = f32x4.splat(0);
    if (bias != 0) {
      c00 = loadUpTo(bias, columns);
      c01 = loadUpTo(bias + 16, columns - 4);
      bias += 32;
    }
    let c10 = c00;
    let c11 = c01;
    let c20 = c00;
    let c21 = c01;
    let c30 = c00;
    let c31 = c01;
    let c40 = c00;
    let c41 = c01;
    let c50 = c00;
    let c51 = c01;
    let pointer = pointers;
    for (let segment = 0; segment < segments; segment++) {
      let a0 = load<usize>(pointer);
      let a1 = ROWS > 1 ? load<usize>(pointer, 4) : 0;
      let a2 = ROWS > 2 ? load<usize>(pointer, 8) : 0;
      let a3 = ROWS > 3 ? load<usize>(pointer, 12) : 0;
      let a4 = ROWS > 4 ? load<usize>(pointer, 16) : 0;
      let a5 = ROWS > 5 ? load<usize>(pointer, 20) : 0;
      pointer += 24;
      // Four elements of a row at a time: fewer instructions for each product, since they limit a core that two threads
      // share.
      const end = b + (<usize>segmentLength << 5);
      const wholeEnd = b + (<usize>(segmentLength & ~3) << 5);
      let a: v128, b0: v128, b1: v128;
      while (b != wholeEnd) {
        b0 = v128.load(b), b1 = v128.load(b, 16);
        a = v128.load32_splat(a0), c00 = multiplyAdd(a, b0, c00), c01 = multiplyAdd(a, b1, c01);
        if (ROWS > 1) a = v128.load32_splat(a1), c10 = multiplyAdd(a, b0, c10), c11 = multiplyAdd(a, b1, c11);
        if (ROWS > 2) a = v128.load32_splat(a2), c20 = multiplyAdd(a, b0, c20), c21 = multiplyAdd(a, b1, c21);
        if (ROWS > 3) a = v128.load32_splat(a3), c30 = multiplyAdd(a, b0, c30), c31 = multiplyAdd(a, b1, c31);
        if (ROWS > 4) a = v128.load32_splat(a4), c40 = multiplyAdd(a, b0, c40), c41 = multiplyAdd(a, b1, c41);
        if (ROWS > 5) a = v128.load32_splat(a5), c50 = multiplyAdd(a, b0, c50), c51 = multiplyAdd(a, b1, c51);
        b0 = v128.load(b, 32), b1 = v128.load(b, 48);
        a = v128.load32_splat(a0, 4), c00 = multiplyAdd(a, b0, c00), c01 = multiplyAdd(a, b1, c01);
        if (ROWS > 1) a = v128.load32_splat(a1, 4), c10 = multiplyAdd(a, b0, c10), c11 = multiplyAdd(a, b1, c11);
        if (ROWS > 2) a = v128.load32_splat(a2, 4), c20 = multiplyAdd(a, b0, c20), c21 = multiplyAdd(a, b1, c21);
        if (ROWS > 3) a = v128.load32_splat(a3, 4), c30 = multiplyAdd(a, b0, c30), c31 = multiplyAdd(a, b1, c31);
        if (ROWS > 4) a = v128.load32_splat(a4, 4), c40 = multiplyAdd(a, b0, c40), c41 = multiplyAdd(a, b1, c41);
        if (ROWS > 5) a = v128.load32_splat(a5, 4), c50 = multiplyAdd(a, b0, c50), c51 = multiplyAdd(a, b1, c51);
        b0 = v128.load(b, 64), b1 = v128.load(b, 80);
        a = v128.load32_splat(a0, 8), c00 = multiplyAdd(a, b0, c00), c01 = multiplyAdd(a, b1, c01);
        if (ROWS > 1) a = v128.load32_splat(a1, 8), c10 = multiplyAdd(a, b0, c10), c11 = multiplyAdd(a, b1, c11);
        if (ROWS > 2) a = v128.load32_splat(a2, 8), c20 = multiplyAdd(a, b0, c20), c21 = multiplyAdd(a, b1, c21);
        if (ROWS > 3) a = v128.load32_splat(a3, 8), c30 = multiplyAdd(a, b0, c30), c31 = multiplyAdd(a, b1, c31);
        if (ROWS > 4) a = v128.load32_splat(a4, 8), c40 = multiplyAdd(a, b0, c40), c41 = multiplyAdd(a, b1, c41);
        if (ROWS > 5) a = v128.load32_splat(a5, 8), c50 = multiplyAdd(a, b0, c50), c51 = multiplyAdd(a, b1, c51);
        b0 = v128.load(b, 96), b1 = v128.load(b, 112);
        a = v128.load32_splat(a0, 12), c00 = multiplyAdd(a, b0, c00), c01 = multiplyAdd(a, b1, c01);
        if (ROWS > 1) a = v128.load32_splat(a1, 12), c10 = multiplyAdd(a, b0, c10), c11 = multiplyAdd(a, b1, c11);
        if (ROWS > 2) a = v128.load32_splat(a2, 12), c20 = multiplyAdd(a, b0, c20), c21 = multiplyAdd(a, b1, c21);
        if (ROWS > 3) a = v128.load32_splat(a3, 12), c30 = multiplyAdd(a, b0, c30), c31 = multiplyAdd(a, b1, c31);
        if (ROWS > 4) a = v128.load32_splat(a4, 12), c40 = multiplyAdd(a, b0, c40), c41 = multiplyAdd(a, b1, c41);
        if (ROWS > 5) a = v128.load32_splat(a5, 12), c50 = multiplyAdd(a, b0, c50), c51 = multiplyAdd(a, b1, c51);
        b += 128;
        a0 += 16;
        if (ROWS > 1) a1 += 16;
        if (ROWS > 2) a2 += 16;
        if (ROWS > 3) a3 += 16;
        if (ROWS > 4) a4 += 16;
        if (ROWS > 5) a5 += 16;
      }
      while (b != end) {
        b0 = v128.load(b), b1 = v128.load(b, 16);
        a = v128.load32_splat(a0), c00 = multiplyAdd(a, b0, c00), c01 = multiplyAdd(a, b1, c01);
        if (ROWS > 1) a = v128.load32_splat(a1), c10 = multiplyAdd(a, b0, c10), c11 = multiplyAdd(a, b1, c11);
        if (ROWS > 2) a = v128.load32_splat(a2), c20 = multiplyAdd(a, b0, c20), c21 = multiplyAdd(a, b1, c21);
        if (ROWS > 3) a = v128.load32_splat(a3), c30 = multiplyAdd(a, b0, c30), c31 = multiplyAdd(a, b1, c31);
        if (ROWS > 4) a = v128.load32_splat(a4), c40 = multiplyAdd(a, b0, c40), c41 = multiplyAdd(a, b1, c41);
        if (ROWS > 5) a = v128.load32_splat(a5), c50 = multiplyAdd(a, b0, c50), c51 = multiplyAdd(a, b1, c51);
        b += 32;
        a0 += 4;
        if (ROWS > 1) a1 += 4;
        if (ROWS > 2) a2 += 4;
        if (ROWS > 3) a3 += 4;
        if (ROWS > 4) a4 += 4;
        if (ROWS > 5) a5 += 4;
      }
    }
    let row = c;
    storeRow(row, c00, c01, columns, residual, lower, upper);
    if (ROWS > 1) {
      row += ldc;
      storeRow(row, c10, c11, columns, residual, lower, upper);
    }
    if (ROWS > 2) {
      row += ldc;
      storeRow(row, c20, c21, columns, residual, lower, upper);
    }
    if (ROWS > 3) {
      row += ldc;
      storeRow(row, c30, c31, columns, residual, lower, upper);
    }
    if (ROWS > 4) {
      row += ldc;
      storeRow(row, c40, c41, columns, residual, lower, upper);
    }
    if (ROWS > 5) {
      row += ldc;
      storeRow(row, c50, c51, columns, residual, lower, upper);
    }
    c += 32;
    columns -= 8;
  }
}

// @ts-ignore: decorator
@inline
export function storeRow(
  row: usize,
  left: v128,
  right: v128,
  columns: i32,
  residual: usize,
  lower: f32,
  upper: f32,
): void {
  const lowest = f32x4.splat(lower);
  const highest = f32x4.splat(upper);
  if (columns >= 8) {
    if (residual != NO_RESIDUAL) {
      left = f32x4.add(left, v128.load(row + residual));
      right = f32x4.add(right, v128.load(row + residual, 16));
    }
    v128.store(row, clamp(left, lowest, highest));
    v128.store(row, clamp(right, lowest, highest), 16);
  } else {
    if (residual != NO_RESIDUAL) {
      left = f32x4.add(left, loadUpTo(row + residual, columns));
      right = f32x4.add(right, loadUpTo(row + residual + 16, columns - 4));
    }
    storeUpTo(row, clamp(left, lowest, highest), columns);
    storeUpTo(row + 16, clamp(right, lowest, highest), columns - 4);
  }
}
