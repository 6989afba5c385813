import { Input, Output } from '../roles';
import { storeUpTo } from '../vector';

/**
 * Adds up the columns of a matrix of bytes: how far its elements are above a byte, how far they are below it, and which
 * distances are the largest.
 *
 * @param packed [k, n] in uint8: panels of product/quantized.ts
 * @param pivot  the byte, 0 to 255
 * @param sums   2 n + 2 integers in int32: the sums of the distances above for each column, those below, the largest distance
 *               above in the whole matrix, and the largest one below
 */
export function column_sums(packed: Input, pivot: i32, k: i32, n: i32, sums: Output): void {
  const pivots = i8x16.splat(<i8>pivot);
  const rest = k & 3;
  // The last group of four rows may have fewer, and the last panel fewer columns. What is behind them is not a weight.
  const presentRows = i32x4.splat(rest == 0 ? -1 : (1 << (rest << 3)) - 1);
  const line = <usize>n << 2;
  let mostAbove = i32x4.splat(0), mostBelow = mostAbove;
  for (let column = 0; column < n; column += 4) {
    const left = n - column;
    const presentColumns = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(left));
    let address = packed + (<usize>(column >>> 3) * <usize>((k + 3) >>> 2) << 5) + (<usize>(column & 4) << 2);
    let above = i32x4.splat(0), below = above;
    for (let row = 0; row < k; row += 4) {
      const present = row + 4 > k ? v128.and(presentColumns, presentRows) : presentColumns;
      const elements = v128.load(address);
      const over = v128.and(i8x16.sub_sat_u(elements, pivots), present);
      const under = v128.and(i8x16.sub_sat_u(pivots, elements), present);
      mostAbove = i8x16.max_u(mostAbove, over);
      mostBelow = i8x16.max_u(mostBelow, under);
      above = i32x4.add(above, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(over)));
      below = i32x4.add(below, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(under)));
      address += 32;
    }
    const target = sums + (<usize>column << 2);
    storeUpTo(target, above, left);
    storeUpTo(target + line, below, left);
  }
  store<i32>(sums + (line << 1), largestByte(mostAbove));
  store<i32>(sums + (line << 1), largestByte(mostBelow), 4);
}

/** Returns the largest of 16 unsigned bytes. */
function largestByte(bytes: v128): i32 {
  let most = i8x16.max_u(bytes, v128.shuffle<i64>(bytes, bytes, 1, 0));
  most = i8x16.max_u(most, v128.shuffle<i32>(most, most, 1, 0, 3, 2));
  const lane = i32x4.extract_lane(most, 0);
  return max(max(lane & 255, (lane >>> 8) & 255), max((lane >>> 16) & 255, lane >>> 24));
}
