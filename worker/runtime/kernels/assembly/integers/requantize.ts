/** The bits of ROUND, 1.5 * 2^23, as a number. */
const ROUND_BITS: i32 = 0x4b400000;

/** Returns what turns the bits of rounded numbers into integers around another zero: see rounded. */
// @ts-ignore: decorator
@inline
export function shiftTo(zero: i32): v128 {
  return i32x4.splat(zero - ROUND_BITS);
}

/**
 * Rounds numbers below 2^22 to integers, ties to even ones: the addition of 1.5 * 2^23 leaves no fraction, and the low
 * bits contain the integer.
 *
 * @param round ROUND, in a register
 * @param shift see shiftTo
 * @returns the integers plus the zero, in 32 bits
 */
// @ts-ignore: decorator
@inline
export function rounded(values: v128, round: v128, shift: v128): v128 {
  return i32x4.add(f32x4.add(values, round), shift);
}

/** Multiplies sums by scales in float32 and rounds the products, which are below 2^22. */
// @ts-ignore: decorator
@inline
export function requantized(sums: v128, scales: v128, round: v128, shift: v128): v128 {
  return rounded(f32x4.mul(f32x4.convert_i32x4_s(sums), scales), round, shift);
}

/** Narrows 16 integers to signed bytes. Those beyond become -128 or 127. */
// @ts-ignore: decorator
@inline
export function narrowed(first: v128, second: v128, third: v128, fourth: v128): v128 {
  return i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(first, second), i16x8.narrow_i32x4_s(third, fourth));
}

/** Narrows 16 integers to signed bytes within bounds. */
// @ts-ignore: decorator
@inline
export function bounded(first: v128, second: v128, third: v128, fourth: v128, lower: v128, upper: v128): v128 {
  return i8x16.min_s(i8x16.max_s(narrowed(first, second, third, fourth), lower), upper);
}

/**
 * Limits narrowed bytes to bounds, after they are computed: few quantized layers have others than those of a byte.
 *
 * @param y [count] in int8
 */
export function limitBytes(y: usize, count: i32, lower: i32, upper: i32): void {
  if (lower <= -128 && upper >= 127) return;
  const lowest = i8x16.splat(<i8>lower), highest = i8x16.splat(<i8>upper);
  for (; count >= 16; count -= 16) {
    v128.store(y, i8x16.min_s(i8x16.max_s(v128.load(y), lowest), highest));
    y += 16;
  }
  for (; count > 0; count--) {
    store<u8>(y, <u8>max(lower, min(upper, <i32>load<i8>(y))));
    y++;
  }
}

/** Stores the first `count` bytes, 1 to 16. */
// @ts-ignore: decorator
@inline
export function storeBytes(address: usize, bytes: v128, count: i32): void {
  if (count >= 16) {
    v128.store(address, bytes);
    return;
  }
  let left = i64x2.extract_lane(bytes, 0);
  if (count >= 8) {
    store<u64>(address, left);
    left = i64x2.extract_lane(bytes, 1);
    address += 8;
    count -= 8;
  }
  for (; count > 0; count--) {
    store<u8>(address++, left);
    left >>= 8;
  }
}
