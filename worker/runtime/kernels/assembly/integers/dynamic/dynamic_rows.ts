import { ONES, ROUND } from '../../constants';
import { Input, Output } from '../../roles';
import { loadUpTo } from '../../vector';
import { rounded, shiftTo } from '../requantize';

/**
 * Rows that are quantized while a request is computed, in the form that dynamic_product takes as its left-hand side.
 *
 * A code is a number of -127 to 127 times the row's largest magnitude / 127. A row begins with a head of 32 bytes: that
 * magnitude in float32, the sum of all codes and the sum of the magnitudes of negative codes, both in int32, and what
 * tensor_rows.ts describes. For each group of four codes follow four masks and four magnitudes, in a byte each. Codes of 0
 * fill the last 16.
 */
export const ROW_HEAD: usize = 32;

/** The bytes of a group of four codes. */
export const GROUP_BYTES: usize = 8;

/** A mask inverts the bits of a weight for a negative code, and makes a signed byte of a stored weight: see dynamic_tile.ts. */
export const FLIPPED: i8 = -128;

const LARGEST_CODE: f32 = 127;
const MAGNITUDE_BITS: i32 = 0x7fffffff;
const INFINITY_BITS: i32 = 0x7f800000;

/** Returns the bytes of a quantized row of so many values. */
export function dynamic_row_bytes(width: i32): usize {
  return ROW_HEAD + (<usize>((width + 15) & ~15) << 1);
}

/**
 * Quantizes each row by its own largest magnitude: code = round(x * (127 / max(magnitude, least))), ties to even ones.
 *
 * @param x     [rows, width] in float32
 * @param y     rows of dynamic_row_bytes(width) bytes: see above
 * @param least a magnitude above 0, which a row of zeros takes
 * @returns 1, or 0 if a value is infinite or NaN: then y is undefined
 */
export function quantize_rows(x: Input, y: Output, rows: i32, width: i32, least: f32): i32 {
  const rowBytes = dynamic_row_bytes(width);
  for (let row = 0; row < rows; row++) {
    const bits = magnitudeOfLine(x, width);
    if (bits >= INFINITY_BITS) return 0;
    const magnitude = max<f32>(reinterpret<f32>(bits), least);
    store<f32>(y, magnitude);
    quantizeLine(x, y, width, LARGEST_CODE / magnitude);
    x += <usize>width << 2;
    y += rowBytes;
  }
  return 1;
}

/**
 * Returns the bits of the largest magnitude. Magnitudes compare like their bits, and those of infinity and NaN are the
 * largest.
 */
function magnitudeOfLine(x: usize, width: i32): i32 {
  const mask = i32x4.splat(MAGNITUDE_BITS);
  let most = i32x4.splat(0);
  let other = most;
  let left = width;
  for (; left >= 8; left -= 8) {
    most = i32x4.max_s(most, v128.and(v128.load(x), mask));
    other = i32x4.max_s(other, v128.and(v128.load(x, 16), mask));
    x += 32;
  }
  most = i32x4.max_s(most, v128.and(loadUpTo(x, left), mask));
  other = i32x4.max_s(other, v128.and(loadUpTo(x + 16, left - 4), mask));
  most = i32x4.max_s(most, other);
  most = i32x4.max_s(most, v128.shuffle<i32>(most, most, 2, 3, 0, 1));
  return max(i32x4.extract_lane(most, 0), i32x4.extract_lane(most, 1));
}

/** Writes the codes of a row and the sums in its head. */
function quantizeLine(x: usize, y: usize, width: i32, factor: f32): void {
  const ones = ONES;
  const round = ROUND;
  const shift = shiftTo(0);
  const factors = f32x4.splat(factor);
  const flipped = i8x16.splat(FLIPPED);
  const head = y;
  let sums = i32x4.splat(0);
  let sizes = sums;
  y += ROW_HEAD;
  let x0: v128, x1: v128, x2: v128, x3: v128;
  for (let left = width; left > 0; left -= 16) {
    if (left >= 16) x0 = v128.load(x), x1 = v128.load(x, 16), x2 = v128.load(x, 32), x3 = v128.load(x, 48);
    else x0 = loadUpTo(x, left), x1 = loadUpTo(x + 16, left - 4), x2 = loadUpTo(x + 32, left - 8), x3 = loadUpTo(x + 48, left - 12);
    const low = i16x8.narrow_i32x4_s(rounded(f32x4.mul(x0, factors), round, shift), rounded(f32x4.mul(x1, factors), round, shift));
    const high = i16x8.narrow_i32x4_s(rounded(f32x4.mul(x2, factors), round, shift), rounded(f32x4.mul(x3, factors), round, shift));
    sums = i32x4.add(sums, i32x4.dot_i16x8_s(i16x8.add(low, high), ones));
    sizes = i32x4.add(sizes, i32x4.dot_i16x8_s(i16x8.add(i16x8.abs(low), i16x8.abs(high)), ones));
    storeCodes(y, i8x16.narrow_i16x8_s(low, high), flipped);
    x += 64;
    y += 32;
  }
  const sum = sumOfIntegers(sums);
  store<i32>(head, sum, 4);
  store<i32>(head, (sumOfIntegers(sizes) - sum) >> 1, 8);
}

/** Stores 16 codes as masks and magnitudes. */
// @ts-ignore: decorator
@inline
export function storeCodes(y: usize, codes: v128, flipped: v128): void {
  const masks = v128.xor(i8x16.lt_s(codes, i8x16.splat(0)), flipped);
  const magnitudes = i8x16.abs(codes);
  v128.store(y, v128.shuffle<u32>(masks, magnitudes, 0, 4, 1, 5));
  v128.store(y, v128.shuffle<u32>(masks, magnitudes, 2, 6, 3, 7), 16);
}

// @ts-ignore: decorator
@inline
export function sumOfIntegers(x: v128): i32 {
  const pairs = i32x4.add(x, v128.shuffle<i32>(x, x, 2, 3, 0, 1));
  return i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
}
