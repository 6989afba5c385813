import { Input, Output } from '../roles';
import { storeUpTo } from '../vector';

/** The columns that are summed at once. */
const BLOCK: i32 = 16;

/**
 * Computes sums of bytes over the middle dimension as floats: y = sum of (x + offset) * scale. The sums are exact. Up to
 * 15 bytes behind x are read.
 *
 * @param x      [outer, reduced, inner] in int8
 * @param y      [outer, inner] in float32
 * @param offset the value of the byte 0
 * @param scale  the factor of each sum: 1 for sums, 1 / reduced for means
 */
export function sums_of_integers(x: Input, y: Output, outer: i32, reduced: i32, inner: i32, offset: i32, scale: f32): void {
  const factor = f32x4.splat(scale);
  const offsets = i32x4.splat(reduced * offset);
  for (let image = 0; image < outer; image++) {
    for (let column = 0; column < inner; column += BLOCK) {
      const left = inner - column;
      let source = x + <usize>column;
      let sums0 = offsets, sums1 = offsets, sums2 = offsets, sums3 = offsets;
      for (let row = 0; row < reduced; row++) {
        const bytes = v128.load(source);
        const low = i16x8.extend_low_i8x16_s(bytes), high = i16x8.extend_high_i8x16_s(bytes);
        sums0 = i32x4.add(sums0, i32x4.extend_low_i16x8_s(low));
        sums1 = i32x4.add(sums1, i32x4.extend_high_i16x8_s(low));
        sums2 = i32x4.add(sums2, i32x4.extend_low_i16x8_s(high));
        sums3 = i32x4.add(sums3, i32x4.extend_high_i16x8_s(high));
        source += <usize>inner;
      }
      const target = y + (<usize>column << 2);
      storeUpTo(target, f32x4.mul(f32x4.convert_i32x4_s(sums0), factor), left);
      storeUpTo(target + 16, f32x4.mul(f32x4.convert_i32x4_s(sums1), factor), left - 4);
      storeUpTo(target + 32, f32x4.mul(f32x4.convert_i32x4_s(sums2), factor), left - 8);
      storeUpTo(target + 48, f32x4.mul(f32x4.convert_i32x4_s(sums3), factor), left - 12);
    }
    x += <usize>(reduced * inner);
    y += <usize>inner << 2;
  }
}
