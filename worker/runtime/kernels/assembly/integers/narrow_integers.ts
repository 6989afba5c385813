import { Input, Output } from '../roles';

/**
 * Moves integers by a constant and bounds them to signed bytes: y = clamp(x + shift, lower, upper).
 *
 * @param x     [count] in int32
 * @param y     [count] in int8
 * @param shift of a magnitude of up to 2^14, so that integers beyond 16 bits are beyond the bounds too
 * @param lower lower bound of the result, -128 or more
 * @param upper upper bound of the result, 127 or less
 */
export function narrow_integers(x: Input, y: Output, count: i32, shift: i32, lower: i32, upper: i32): void {
  const shifts = i16x8.splat(<i16>shift);
  const lowest = i8x16.splat(<i8>lower), highest = i8x16.splat(<i8>upper);
  let left = count;
  for (; left >= 16; left -= 16) {
    const first = i16x8.add_sat_s(i16x8.narrow_i32x4_s(v128.load(x), v128.load(x, 16)), shifts);
    const second = i16x8.add_sat_s(i16x8.narrow_i32x4_s(v128.load(x, 32), v128.load(x, 48)), shifts);
    v128.store(y, i8x16.min_s(i8x16.max_s(i8x16.narrow_i16x8_s(first, second), lowest), highest));
    x += 64;
    y += 16;
  }
  for (; left > 0; left--) {
    store<u8>(y++, <u8>max<i64>(lower, min<i64>(upper, <i64>load<i32>(x) + shift)));
    x += 4;
  }
}
