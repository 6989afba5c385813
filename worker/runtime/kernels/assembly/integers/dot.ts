/**
 * Products of bytes. The relaxed dot product multiplies signed bytes by bytes of 7 bits, 0 to 127. A weight w of -127 to
 * 127 is split into its magnitude, which has 7 bits, and its sign, which is applied to the other factor: w * x is
 * |w| * x or |w| * ~x + |w|, since -x is ~x + 1, and ~x of a signed byte is a signed byte too. The sum of all |w| of
 * negative weights is a constant that packed sums begin with. Two such products are at most 2 * 127 * 128 and fit into
 * 16 bits. So nothing is left to the implementation, and results are the same on every processor.
 */

/** Returns all bits set in the bytes of negative weights. */
// @ts-ignore: decorator
@inline
export function signsOf(weights: v128): v128 {
  return i8x16.lt_s(weights, i8x16.splat(0));
}

/**
 * Adds the products of four bytes in each lane to its sum.
 *
 * @param FUSED      true for one instruction, which is fastest if the processor has it: see has_fused_dot
 * @param x          signed bytes
 * @param signs      of the weights: see signsOf
 * @param magnitudes of the weights, 0 to 127
 * @param ones       ONES, in a register
 */
// @ts-ignore: decorator
@inline
export function addProducts(FUSED: bool, x: v128, signs: v128, magnitudes: v128, sums: v128, ones: v128): v128 {
  const signed = v128.xor(x, signs);
  if (ASC_FEATURE_RELAXED_SIMD) {
    if (FUSED) return i32x4.relaxed_dot_i8x16_i7x16_add_s(signed, magnitudes, sums);
    const pairs = i16x8.relaxed_dot_i8x16_i7x16_s(signed, magnitudes);
    return i32x4.add(sums, i32x4.dot_i16x8_s(pairs, ones));
  }
  const odd = i32x4.dot_i16x8_s(i16x8.shr_s(signed, 8), i16x8.shr_u(magnitudes, 8));
  const even = i32x4.dot_i16x8_s(i16x8.shr_s(i16x8.shl(signed, 8), 8), i16x8.shr_u(i16x8.shl(magnitudes, 8), 8));
  return i32x4.add(sums, i32x4.add(odd, even));
}

/**
 * Checks whether the processor adds four products of bytes in one instruction. Others add pairs of products with
 * saturation to 16 bits first, which shows for factors of 8 bits. Both are exact for factors of 7 bits; the answer only
 * decides which code is faster.
 *
 * @returns 1 if it does, 0 otherwise
 */
export function has_fused_dot(): i32 {
  if (!ASC_FEATURE_RELAXED_SIMD) return 0;
  const sums = i32x4.relaxed_dot_i8x16_i7x16_add_s(i8x16.splat(127), i8x16.splat(-1), i32x4.splat(0));
  return i32x4.extract_lane(sums, 0) == 2 * 32767 ? 0 : 1;
}
