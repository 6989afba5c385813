import { ONES, ROUND } from '../../constants';
import { Input, Output } from '../../roles';
import { loadUpTo } from '../../vector';
import { addProducts } from '../dot';
import { dynamic_row_bytes, FLIPPED, ROW_HEAD, storeCodes, sumOfIntegers } from './dynamic_rows';
import { rounded, shiftTo } from '../requantize';

/**
 * Rows of a tensor that is quantized by one scale and one zero, as ONNX's DynamicQuantizeLinear does: integers from 0 to
 * 255, of which a row has codes around 127 or 128 with 7 bits and a sign. One integer is beyond them, 255 or 0. It is the
 * one of the tensor's largest or smallest values, and its code is the nearest one and an extra code of 1 or -1.
 *
 * A row has what dynamic_rows.ts describes. Its head continues with what has to be added to its codes, and the number of
 * groups with extra codes, both in int32. These are behind the codes: for each group of four codes that has one, the
 * distance of its weights from those of the first group in bytes, four masks, and four magnitudes.
 */
const EXTRA_BYTES: usize = 12;

const LEVELS: f32 = 255;

/** Returns the bytes of such a row of so many values. */
export function tensor_row_bytes(width: i32): usize {
  return dynamic_row_bytes(width) + (((<usize>((width + 3) >>> 2) * EXTRA_BYTES) + 15) & ~15);
}

/** Quotients below this magnitude are rounded: see requantize.ts. */
const ROUNDED: f32 = 4194304;

/**
 * Quantizes a tensor: integer = clamp(round(x / divisor) + zero, 0, 255).
 *
 * @param x       [rows, width] in float32
 * @param divisor [1] in float32
 * @param zero    [1] in float32, an integer from 0 to 255
 * @param y       rows of tensor_row_bytes(width) bytes with a magnitude of 1: see above
 * @returns 1, or 0 if a quotient is NaN or has a magnitude of 2^22, or if the zero is not such an integer: then y is
 *   undefined
 */
export function quantize_tensor(x: Input, divisor: Input, zero: Input, y: Output, rows: i32, width: i32): i32 {
  const least = load<f32>(zero);
  // Also false for NaN.
  if (!(least >= 0 && least <= LEVELS && nearest<f32>(least) == least)) return 0;
  const rowBytes = tensor_row_bytes(width);
  for (let row = 0; row < rows; row++) {
    store<f32>(y, 1);
    if (!quantizeLine(x, y, width, load<f32>(divisor), <i32>least)) return 0;
    x += <usize>width << 2;
    y += rowBytes;
  }
  return 1;
}

/** Writes the codes of a row, its extra codes, and its head except for the magnitude. Returns false for values without one. */
function quantizeLine(x: usize, y: usize, width: i32, divisor: f32, zero: i32): bool {
  const ones = ONES;
  const round = ROUND;
  const center = zero < 128 ? 127 : 128;
  const shift = shiftTo(zero - center);
  const divisors = f32x4.splat(divisor);
  const lowest = i16x8.splat(<i16>-center), highest = i16x8.splat(<i16>(255 - center));
  const least = i16x8.splat(-127), most = i16x8.splat(127);
  const flipped = i8x16.splat(FLIPPED);
  const end = y + dynamic_row_bytes(width);
  let extra = end;
  let sums = i32x4.splat(0);
  let sizes = sums;
  let groups: usize = 0;
  let covered = i32x4.splat(-1);
  let target = y + ROW_HEAD;
  for (let left = width; left > 0; left -= 16) {
    const x0 = f32x4.div(loadUpTo(x, left), divisors), x1 = f32x4.div(loadUpTo(x + 16, left - 4), divisors);
    const x2 = f32x4.div(loadUpTo(x + 32, left - 8), divisors), x3 = f32x4.div(loadUpTo(x + 48, left - 12), divisors);
    covered = v128.and(covered, v128.and(v128.and(isRounded(x0), isRounded(x1)), v128.and(isRounded(x2), isRounded(x3))));
    let low = i16x8.narrow_i32x4_s(rounded(x0, round, shift), rounded(x1, round, shift));
    let high = i16x8.narrow_i32x4_s(rounded(x2, round, shift), rounded(x3, round, shift));
    low = i16x8.min_s(i16x8.max_s(low, lowest), highest);
    high = i16x8.min_s(i16x8.max_s(high, lowest), highest);
    // What is behind the row counts nothing, though 0 has a code.
    if (left < 16) low = v128.and(low, present(left)), high = v128.and(high, present(left - 8));
    sums = i32x4.add(sums, i32x4.dot_i16x8_s(i16x8.add(low, high), ones));
    sizes = i32x4.add(sizes, i32x4.dot_i16x8_s(i16x8.add(i16x8.abs(low), i16x8.abs(high)), ones));
    const nearLow = i16x8.min_s(i16x8.max_s(low, least), most), nearHigh = i16x8.min_s(i16x8.max_s(high, least), most);
    const codes = i8x16.narrow_i16x8_s(nearLow, nearHigh);
    storeCodes(target, codes, flipped);
    const rest = i8x16.narrow_i16x8_s(i16x8.sub(low, nearLow), i16x8.sub(high, nearHigh));
    if (v128.any_true(rest)) extra = storeExtra(extra, rest, flipped, groups);
    x += 64;
    target += 32;
    groups += 128;
  }
  const sum = sumOfIntegers(sums);
  store<i32>(y, sum, 4);
  store<i32>(y, (sumOfIntegers(sizes) - sum) >> 1, 8);
  store<i32>(y, center - zero, 12);
  store<i32>(y, <i32>((extra - end) / EXTRA_BYTES), 16);
  return i32x4.all_true(covered);
}

// @ts-ignore: decorator
@inline
function isRounded(x: v128): v128 {
  return f32x4.lt(f32x4.abs(x), f32x4.splat(ROUNDED));
}

/** Returns all bits set in the first `count` words. */
// @ts-ignore: decorator
@inline
function present(count: i32): v128 {
  return i16x8.lt_s(i16x8(0, 1, 2, 3, 4, 5, 6, 7), i16x8.splat(<i16>max(0, count)));
}

/** Stores the extra codes of those of four groups that have one. @returns the address behind them */
function storeExtra(extra: usize, rest: v128, flipped: v128, groups: usize): usize {
  const masks = v128.xor(i8x16.lt_s(rest, i8x16.splat(0)), flipped);
  const magnitudes = i8x16.abs(rest);
  extra = storeGroup(extra, groups, i32x4.extract_lane(masks, 0), i32x4.extract_lane(magnitudes, 0));
  extra = storeGroup(extra, groups + 32, i32x4.extract_lane(masks, 1), i32x4.extract_lane(magnitudes, 1));
  extra = storeGroup(extra, groups + 64, i32x4.extract_lane(masks, 2), i32x4.extract_lane(magnitudes, 2));
  return storeGroup(extra, groups + 96, i32x4.extract_lane(masks, 3), i32x4.extract_lane(magnitudes, 3));
}

// @ts-ignore: decorator
@inline
function storeGroup(extra: usize, distance: usize, masks: i32, magnitudes: i32): usize {
  if (magnitudes == 0) return extra;
  store<usize>(extra, distance);
  store<i32>(extra, masks, 4);
  store<i32>(extra, magnitudes, 8);
  return extra + EXTRA_BYTES;
}

/**
 * Returns the sums of a row's extra codes times the weights of four columns.
 *
 * @param extra   the address of the row's extra codes
 * @param weights the address of the four columns in the first group of their panel
 */
export function extraSums(row: usize, extra: usize, weights: usize): v128 {
  const ones = ONES;
  let sums = i32x4.splat(0);
  for (let left = load<i32>(row, 16); left > 0; left--) {
    sums = addProducts(false, v128.load(weights + load<usize>(extra)), v128.load32_splat(extra, 4), v128.load32_splat(extra, 8), sums, ones);
    extra += EXTRA_BYTES;
  }
  return sums;
}
