/** The bytes of a column of four lines of 16 channels. */
export const COLUMN_BYTES: usize = 64;

/** Returns the bytes of the columns that a line of the result needs, and those of a pixel behind it. */
// @ts-ignore: decorator
@inline
export function arrangedBytes(outWidth: i32, strideX: i32): usize {
  return <usize>((outWidth + 1) * strideX + 2) * COLUMN_BYTES;
}

/**
 * Arranges four lines of 16 channels for products: the four bytes of a channel in a column of the image lie together, and
 * the columns lie one behind the other, also those outside the image.
 *
 * @param line0    the addresses of the first pixels of four lines, at the first of the channels
 * @param step0    bytes from one pixel of such a line to the next
 * @param outside  the address of a pixel outside the image
 * @param target   [columns, 16, 4]
 * @param width    the pixels of a line
 * @param padLeft  the columns before the first pixel
 */
export function arrangeColumns(
  line0: usize,
  line1: usize,
  line2: usize,
  line3: usize,
  step0: usize,
  step1: usize,
  step2: usize,
  step3: usize,
  outside: usize,
  target: usize,
  width: i32,
  padLeft: i32,
  columns: i32,
): void {
  const before = min(padLeft, columns);
  const inside = max(min(width, columns - before), 0);
  target = fill(outside, target, before);
  for (const end = target + <usize>inside * COLUMN_BYTES; target != end; target += COLUMN_BYTES) {
    const x0 = v128.load(line0), x1 = v128.load(line1), x2 = v128.load(line2), x3 = v128.load(line3);
    const low01 = v128.shuffle<u8>(x0, x1, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const low23 = v128.shuffle<u8>(x2, x3, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    v128.store(target, v128.shuffle<u16>(low01, low23, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(target, v128.shuffle<u16>(low01, low23, 4, 12, 5, 13, 6, 14, 7, 15), 16);
    const high01 = v128.shuffle<u8>(x0, x1, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const high23 = v128.shuffle<u8>(x2, x3, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    v128.store(target, v128.shuffle<u16>(high01, high23, 0, 8, 1, 9, 2, 10, 3, 11), 32);
    v128.store(target, v128.shuffle<u16>(high01, high23, 4, 12, 5, 13, 6, 14, 7, 15), 48);
    line0 += step0, line1 += step1, line2 += step2, line3 += step3;
  }
  fill(outside, target, columns - before - inside);
}

/**
 * Fills columns with the byte of pixels outside the image, which is the same for all channels.
 *
 * @returns the address behind them
 */
// @ts-ignore: decorator
@inline
function fill(outside: usize, target: usize, columns: i32): usize {
  const around = v128.load(outside);
  for (; columns > 0; columns--) {
    v128.store(target, around);
    v128.store(target, around, 16);
    v128.store(target, around, 32);
    v128.store(target, around, 48);
    target += COLUMN_BYTES;
  }
  return target;
}
