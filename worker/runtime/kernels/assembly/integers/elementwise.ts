import { ROUND } from '../constants';
import { Input, Output } from '../roles';
import { clamp, storeUpTo } from '../vector';
import { bounded, rounded, shiftTo } from './requantize';

/** Returns four of eight integers plus an offset as floats. */
// @ts-ignore: decorator
@inline
function fourFloats(FIRST: bool, words: v128, offset: v128): v128 {
  const integers = FIRST ? i32x4.extend_low_i16x8_s(words) : i32x4.extend_high_i16x8_s(words);
  return f32x4.convert_i32x4_s(i32x4.add(integers, offset));
}

/**
 * Converts signed bytes to float32: y = x + offset. Up to 15 bytes behind the last are read.
 *
 * @param x      [count] in int8
 * @param y      [count] in float32
 * @param offset the value of the byte 0
 */
export function floats_of_integers(x: Input, y: Output, count: i32, offset: i32): void {
  const offsets = i32x4.splat(offset);
  for (let left = count; left > 0; left -= 16) {
    const bytes = v128.load(x);
    const low = i16x8.extend_low_i8x16_s(bytes);
    const high = i16x8.extend_high_i8x16_s(bytes);
    storeUpTo(y, fourFloats(true, low, offsets), left);
    storeUpTo(y + 16, fourFloats(false, low, offsets), left - 4);
    storeUpTo(y + 32, fourFloats(true, high, offsets), left - 8);
    storeUpTo(y + 48, fourFloats(false, high, offsets), left - 12);
    x += 16;
    y += 64;
  }
}

/** Loads four values. Behind the last one, they are those of `nothing`. */
// @ts-ignore: decorator
@inline
function fourValues(x: usize, left: i32, nothing: v128): v128 {
  if (left >= 4) return v128.load(x);
  if (left <= 0) return nothing;
  let values = v128.load_lane<f32>(x, nothing, 0);
  if (left > 1) values = v128.load_lane<f32>(x, values, 1, 4);
  if (left > 2) values = v128.load_lane<f32>(x, values, 2, 8);
  return values;
}

/**
 * Converts integers in float32 to signed bytes: y = x - offset. Up to 15 bytes behind the last are written.
 *
 * @param x      [count] in float32
 * @param y      [count] in int8
 * @param offset the value of the byte 0
 * @returns 1, or 0 if a value is not an integer of offset - 128 to offset + 127: then y is undefined
 */
export function integers_of_floats(x: Input, y: Output, count: i32, offset: i32): i32 {
  const round = ROUND;
  const shift = shiftTo(-offset);
  const offsets = i32x4.splat(offset);
  const nothing = f32x4.splat(<f32>offset);
  const lower = i8x16.splat(-128);
  const upper = i8x16.splat(127);
  let different = i32x4.splat(0);
  for (let left = count; left > 0; left -= 16) {
    const x0 = fourValues(x, left, nothing), x1 = fourValues(x + 16, left - 4, nothing);
    const x2 = fourValues(x + 32, left - 8, nothing), x3 = fourValues(x + 48, left - 12, nothing);
    const bytes = bounded(rounded(x0, round, shift), rounded(x1, round, shift), rounded(x2, round, shift), rounded(x3, round, shift), lower, upper);
    v128.store(y, bytes);
    const low = i16x8.extend_low_i8x16_s(bytes);
    const high = i16x8.extend_high_i8x16_s(bytes);
    different = v128.or(different, f32x4.ne(x0, fourFloats(true, low, offsets)));
    different = v128.or(different, f32x4.ne(x1, fourFloats(false, low, offsets)));
    different = v128.or(different, f32x4.ne(x2, fourFloats(true, high, offsets)));
    different = v128.or(different, f32x4.ne(x3, fourFloats(false, high, offsets)));
    x += 64;
    y += 16;
  }
  return v128.any_true(different) ? 0 : 1;
}

/**
 * Adds integers of two scales: y = clamp(round(((a + aOffset) * aScale + (b + bOffset) * bScale) * scale) + zero, lower,
 * upper), in float32 and without fused additions. Up to 15 bytes behind the last are read and written.
 *
 * @param a     [count] in int8
 * @param b     [count] in int8
 * @param y     [count] in int8
 * @param zero  what is added to the rounded results
 * @param lower lower bound of the result, -128 or more
 * @param upper upper bound of the result, 127 or less
 */
export function integer_add(
  a: Input,
  aOffset: i32,
  aScale: f32,
  b: Input,
  bOffset: i32,
  bScale: f32,
  y: Output,
  count: i32,
  scale: f32,
  zero: i32,
  lower: i32,
  upper: i32,
): void {
  const round = ROUND;
  const shift = shiftTo(zero);
  const lowest = i8x16.splat(<i8>lower), highest = i8x16.splat(<i8>upper);
  const aOffsets = i32x4.splat(aOffset), bOffsets = i32x4.splat(bOffset);
  const aScales = f32x4.splat(aScale), bScales = f32x4.splat(bScale);
  const scales = f32x4.splat(scale);
  for (let index = 0; index < count; index += 16) {
    const aBytes = v128.load(a + index), bBytes = v128.load(b + index);
    let aWords = i16x8.extend_low_i8x16_s(aBytes), bWords = i16x8.extend_low_i8x16_s(bBytes);
    const first = f32x4.add(f32x4.mul(fourFloats(true, aWords, aOffsets), aScales), f32x4.mul(fourFloats(true, bWords, bOffsets), bScales));
    const second = f32x4.add(f32x4.mul(fourFloats(false, aWords, aOffsets), aScales), f32x4.mul(fourFloats(false, bWords, bOffsets), bScales));
    aWords = i16x8.extend_high_i8x16_s(aBytes), bWords = i16x8.extend_high_i8x16_s(bBytes);
    const third = f32x4.add(f32x4.mul(fourFloats(true, aWords, aOffsets), aScales), f32x4.mul(fourFloats(true, bWords, bOffsets), bScales));
    const fourth = f32x4.add(f32x4.mul(fourFloats(false, aWords, aOffsets), aScales), f32x4.mul(fourFloats(false, bWords, bOffsets), bScales));
    const bytes = bounded(
      rounded(f32x4.mul(first, scales), round, shift),
      rounded(f32x4.mul(second, scales), round, shift),
      rounded(f32x4.mul(third, scales), round, shift),
      rounded(f32x4.mul(fourth, scales), round, shift),
      lowest,
      highest,
    );
    v128.store(y + index, bytes);
  }
}

/** Floats beyond this magnitude are beyond all bounds, and would not be rounded by an addition. */
const MOST_ROUNDED: f32 = 2097152;

/**
 * Quantizes floats: y = clamp(round(x * scale) + zero, lower, upper). Up to 15 bytes behind the last are written.
 *
 * @param x     [count] in float32
 * @param y     [count] in int8
 * @param zero  what is added to the rounded results, of a magnitude below 2^20
 * @param lower lower bound of the result, -128 or more
 * @param upper upper bound of the result, 127 or less
 * @returns 1, or 0 if a value is NaN: then y is undefined
 */
export function quantize_floats(x: Input, y: Output, count: i32, scale: f32, zero: i32, lower: i32, upper: i32): i32 {
  const round = ROUND;
  const shift = shiftTo(zero);
  const scales = f32x4.splat(scale);
  const least = f32x4.splat(-MOST_ROUNDED), most = f32x4.splat(MOST_ROUNDED);
  const nothing = f32x4.splat(0);
  const lowest = i8x16.splat(<i8>lower), highest = i8x16.splat(<i8>upper);
  let different = i32x4.splat(0);
  for (let left = count; left > 0; left -= 16) {
    const x0 = f32x4.mul(fourValues(x, left, nothing), scales), x1 = f32x4.mul(fourValues(x + 16, left - 4, nothing), scales);
    const x2 = f32x4.mul(fourValues(x + 32, left - 8, nothing), scales), x3 = f32x4.mul(fourValues(x + 48, left - 12, nothing), scales);
    different = v128.or(different, v128.or(v128.or(f32x4.ne(x0, x0), f32x4.ne(x1, x1)), v128.or(f32x4.ne(x2, x2), f32x4.ne(x3, x3))));
    const bytes = bounded(
      rounded(clamp(x0, least, most), round, shift),
      rounded(clamp(x1, least, most), round, shift),
      rounded(clamp(x2, least, most), round, shift),
      rounded(clamp(x3, least, most), round, shift),
      lowest,
      highest,
    );
    v128.store(y, bytes);
    x += 64;
    y += 16;
  }
  return v128.any_true(different) ? 0 : 1;
}
