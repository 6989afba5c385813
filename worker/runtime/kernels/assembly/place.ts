import { Flag, Input, Output } from './roles';

/**
 * Copies a run of a matrix's elements from row-major order to panels, which are those of pack.ts for 4-byte elements
 * and those of quantized.ts for smaller ones. `first` elements precede the run. If `transposed` is set, the elements
 * are those of the [n, k] matrix whose transpose is packed.
 *
 * @param b      [count] in any dtype of 1, 2 or 4 bytes: the run
 * @param packed [k, n] in panels
 * @param shift  an element has 1 << shift bytes, up to 4
 */
export function place_elements(b: Input, packed: Output, k: i32, n: i32, transposed: Flag, shift: i32, first: i32, count: i32): void {
  if (shift == 0) move(0, false, b, packed, k, n, transposed, first, count);
  else if (shift == 1) move(1, false, b, packed, k, n, transposed, first, count);
  else move(2, false, b, packed, k, n, transposed, first, count);
}

/** Copies a run of elements from panels to row-major order, the inverse of place_elements. */
export function take_elements(packed: Input, b: Output, k: i32, n: i32, transposed: Flag, shift: i32, first: i32, count: i32): void {
  if (shift == 0) move(0, true, b, packed, k, n, transposed, first, count);
  else if (shift == 1) move(1, true, b, packed, k, n, transposed, first, count);
  else move(2, true, b, packed, k, n, transposed, first, count);
}

// @ts-ignore: decorator
@inline
function move(SHIFT: i32, TAKE: bool, b: usize, packed: usize, k: i32, n: i32, transposed: i32, first: i32, count: i32): void {
  const rows = 4 >> SHIFT;
  const panel = <usize>((k + rows - 1) / rows) << 5;
  const width = transposed ? k : n;
  let line = first / width;
  let position = first - line * width;
  for (let left = count; left > 0; ) {
    if (!TAKE && !transposed && position == 0 && line % rows == 0 && left >= rows * width) {
      moveLines(SHIFT, b, packed + (<usize>(line / rows) << 5), width, panel);
      b += <usize>(rows * width) << SHIFT;
      left -= rows * width;
      line += rows;
      continue;
    }
    const here = min(left, width - position);
    // The row and the column of the first element in the matrix.
    let row = transposed ? position : line;
    let column = transposed ? line : position;
    const end = b + (<usize>here << SHIFT);
    if (!TAKE && SHIFT != 2 && transposed && row % rows == 0) {
      // Rows of one column that lie together in a block.
      for (; b + 4 <= end; b += 4) {
        store<u32>(packed + <usize>(column >>> 3) * panel + (<usize>(row / rows) << 5) + (<usize>(column & 7) << 2), load<u32>(b));
        row += rows;
      }
    }
    for (; b != end; b += <usize>1 << SHIFT) {
      const place = packed + <usize>(column >>> 3) * panel + (<usize>(row / rows) << 5) + (<usize>(column & 7) << 2) + (<usize>(row % rows) << SHIFT);
      if (SHIFT == 2) store<u32>(TAKE ? b : place, load<u32>(TAKE ? place : b));
      else if (SHIFT == 1) store<u16>(TAKE ? b : place, load<u16>(TAKE ? place : b));
      else store<u8>(TAKE ? b : place, load<u8>(TAKE ? place : b));
      if (transposed) row++;
      else column++;
    }
    left -= here;
    position = 0;
    line++;
  }
}

/**
 * Places as many whole lines as a block has, eight columns at a time.
 *
 * @param block the block of these lines in the first panel
 * @param panel the bytes from one panel to the next
 */
// @ts-ignore: decorator
@inline
function moveLines(SHIFT: i32, lines: usize, block: usize, width: i32, panel: usize): void {
  const lineBytes = <usize>width << SHIFT;
  let column = 0;
  for (; column + 8 <= width; column += 8) {
    const from = lines + (<usize>column << SHIFT);
    if (SHIFT == 2) {
      v128.store(block, v128.load(from));
      v128.store(block, v128.load(from, 16), 16);
    } else if (SHIFT == 1) {
      const first = v128.load(from), second = v128.load(from + lineBytes);
      v128.store(block, v128.shuffle<u16>(first, second, 0, 8, 1, 9, 2, 10, 3, 11));
      v128.store(block, v128.shuffle<u16>(first, second, 4, 12, 5, 13, 6, 14, 7, 15), 16);
    } else {
      const zero = i64x2.splat(0);
      const first = v128.load_lane<u64>(from, zero, 0), second = v128.load_lane<u64>(from + lineBytes, zero, 0);
      const third = v128.load_lane<u64>(from + 2 * lineBytes, zero, 0), fourth = v128.load_lane<u64>(from + 3 * lineBytes, zero, 0);
      const upper = v128.shuffle<u8>(first, second, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const lower = v128.shuffle<u8>(third, fourth, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      v128.store(block, v128.shuffle<u16>(upper, lower, 0, 8, 1, 9, 2, 10, 3, 11));
      v128.store(block, v128.shuffle<u16>(upper, lower, 4, 12, 5, 13, 6, 14, 7, 15), 16);
    }
    block += panel;
  }
  // The columns of a panel that is not full.
  for (let row = 0; row < 4 >> SHIFT; row++) {
    for (let rest = column; rest < width; rest++) {
      const from = lines + <usize>row * lineBytes + (<usize>rest << SHIFT);
      const place = block + (<usize>(rest & 7) << 2) + (<usize>row << SHIFT);
      if (SHIFT == 2) store<u32>(place, load<u32>(from));
      else if (SHIFT == 1) store<u16>(place, load<u16>(from));
      else store<u8>(place, load<u8>(from));
    }
  }
}
