import { loadUpTo, multiplyAdd } from '../vector';
import { rows, storeRow } from './tile';

/**
 * Returns the number of rows of the next tile: 6, or less to divide the last 8 or 9 rows into two tiles, since tiles of
 * fewer than 4 rows wait for their additions.
 */
// @ts-ignore: decorator
@inline
export function rowsOfTile(left: i32): i32 {
  if (left == 8) return 4;
  if (left == 9) return 5;
  return min(6, left);
}

/**
 * Computes one row by four panels at a time, which are enough independent sums to hide the latency of an addition. Such a
 * product reads each weight once and waits for memory. Each quarter of the panels is read from one end to the other:
 * four streams that do not end with a panel, since a new stream waits until the processor reads ahead of it.
 */
function oneRow(
  pointers: usize,
  segments: i32,
  segmentLength: i32,
  packed: usize,
  panels: i32,
  bias: usize,
  c: usize,
  columns: i32,
  residual: usize,
  lower: f32,
  upper: f32,
): void {
  const quarter = panels >>> 2;
  const streamBytes = <usize>quarter * (<usize>(segments * segmentLength) << 5);
  // The distance of the streams in the result.
  const c1 = <usize>quarter << 5;
  const c2 = c1 + c1;
  const c3 = c2 + c1;
  let left = columns - quarter * 24;
  let b = packed;
  for (let panel = 0; panel < quarter; panel++) {
    let c00 = f32x4.splat(0);
    let c01 = c00;
    let c10 = c00;
    let c11 = c00;
    let c20 = c00;
    let c21 = c00;
    let c30 = c00;
    let c31 = c00;
    if (bias != 0) {
      c00 = v128.load(bias);
      c01 = v128.load(bias, 16);
      c10 = v128.load(bias + c1);
      c11 = v128.load(bias + c1, 16);
      c20 = v128.load(bias + c2);
      c21 = v128.load(bias + c2, 16);
      c30 = loadUpTo(bias + c3, left);
      c31 = loadUpTo(bias + c3 + 16, left - 4);
      bias += 32;
    }
    let b1 = b + streamBytes;
    let b2 = b1 + streamBytes;
    let b3 = b2 + streamBytes;
    let pointer = pointers;
    for (let segment = 0; segment < segments; segment++) {
      let a = load<usize>(pointer);
      pointer += 24;
      const end = b + (<usize>segmentLength << 5);
      do {
        const value = v128.load32_splat(a);
        c00 = multiplyAdd(value, v128.load(b), c00);
        c01 = multiplyAdd(value, v128.load(b, 16), c01);
        c10 = multiplyAdd(value, v128.load(b1), c10);
        c11 = multiplyAdd(value, v128.load(b1, 16), c11);
        c20 = multiplyAdd(value, v128.load(b2), c20);
        c21 = multiplyAdd(value, v128.load(b2, 16), c21);
        c30 = multiplyAdd(value, v128.load(b3), c30);
        c31 = multiplyAdd(value, v128.load(b3, 16), c31);
        a += 4;
        b += 32;
        b1 += 32;
        b2 += 32;
        b3 += 32;
      } while (b != end);
    }
    storeRow(c, c00, c01, 8, residual, lower, upper);
    storeRow(c + c1, c10, c11, 8, residual, lower, upper);
    storeRow(c + c2, c20, c21, 8, residual, lower, upper);
    storeRow(c + c3, c30, c31, left, residual, lower, upper);
    c += 32;
    left -= 8;
  }
  // Up to three panels are left behind the last stream.
  if (bias != 0) bias += c3;
  rows(1, pointers, segments, segmentLength, b + 3 * streamBytes, panels & 3, bias, c + c3, 0, left, residual, lower, upper);
}

function twoRows(pointers: usize, segments: i32, segmentLength: i32, packed: usize, panels: i32, bias: usize, c: usize, ldc: usize, columns: i32, residual: usize, lower: f32, upper: f32): void {
  rows(2, pointers, segments, segmentLength, packed, panels, bias, c, ldc, columns, residual, lower, upper);
}

function threeRows(pointers: usize, segments: i32, segmentLength: i32, packed: usize, panels: i32, bias: usize, c: usize, ldc: usize, columns: i32, residual: usize, lower: f32, upper: f32): void {
  rows(3, pointers, segments, segmentLength, packed, panels, bias, c, ldc, columns, residual, lower, upper);
}

function fourRows(pointers: usize, segments: i32, segmentLength: i32, packed: usize, panels: i32, bias: usize, c: usize, ldc: usize, columns: i32, residual: usize, lower: f32, upper: f32): void {
  rows(4, pointers, segments, segmentLength, packed, panels, bias, c, ldc, columns, residual, lower, upper);
}

function fiveRows(pointers: usize, segments: i32, segmentLength: i32, packed: usize, panels: i32, bias: usize, c: usize, ldc: usize, columns: i32, residual: usize, lower: f32, upper: f32): void {
  rows(5, pointers, segments, segmentLength, packed, panels, bias, c, ldc, columns, residual, lower, upper);
}

function sixRows(pointers: usize, segments: i32, segmentLength: i32, packed: usize, panels: i32, bias: usize, c: usize, ldc: usize, columns: i32, residual: usize, lower: f32, upper: f32): void {
  rows(6, pointers, segments, segmentLength, packed, panels, bias, c, ldc, columns, residual, lower, upper);
}

/** Computes `count` rows, 1 to 6. The other parameters are those of `rows`. */
export function computeRows(count: i32, pointers: usize, segments: i32, segmentLength: i32, packed: usize, panels: i32, bias: usize, c: usize, ldc: usize, columns: i32, residual: usize, lower: f32, upper: f32): void {
  switch (count) {
    case 6:
      sixRows(pointers, segments, segmentLength, packed, panels, bias, c, ldc, columns, residual, lower, upper);
      break;
    case 5:
      fiveRows(pointers, segments, segmentLength, packed, panels, bias, c, ldc, columns, residual, lower, upper);
      break;
    case 4:
      fourRows(pointers, segments, segmentLength, packed, panels, bias, c, ldc, columns, residual, lower, upper);
      break;
    case 3:
      threeRows(pointers, segments, segmentLength, packed, panels, bias, c, ldc, columns, residual, lower, upper);
      break;
    case 2:
      twoRows(pointers, segments, segmentLength, packed, panels, bias, c, ldc, columns, residual, lower, upper);
      break;
    default:
      oneRow(pointers, segments, segmentLength, packed, panels, bias, c, columns, residual, lower, upper);
  }
}
