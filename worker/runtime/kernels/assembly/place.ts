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
    const here = min(left, width - position);
    // The row and the column of the first element in the matrix.
    let row = transposed ? position : line;
    let column = transposed ? line : position;
    for (const end = b + (<usize>here << SHIFT); b != end; b += <usize>1 << SHIFT) {
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
