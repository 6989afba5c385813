/**
 * Elements of a matrix in row-major order, from and to the panels that pack.ts describes, a run of them at a time:
 * `first` is how many come before the run. A transposed matrix is the n by k one whose transpose is packed.
 *
 * @param b     the run
 * @param shift an element has 1 << shift bytes, up to 4
 */
export function place_elements(b: usize, packed: usize, k: i32, n: i32, transposed: i32, shift: i32, first: i32, count: i32): void {
  if (transposed) {
    let column = first / k;
    let row = first - column * k;
    while (count > 0) {
      const here = min(count, k - row);
      moveEach(b, <usize>1 << shift, placeOf(packed, k, row, column, shift), <usize>8 << shift, here, shift);
      b += <usize>here << shift;
      count -= here;
      row = 0;
      column++;
    }
    return;
  }
  let row = first / n;
  let column = first - row * n;
  while (count > 0) {
    // To the end of the panel, or of the row.
    const here = min(count, min(8 - (column & 7), n - column));
    const target = placeOf(packed, k, row, column, shift);
    if (here == 8) moveEight(b, target, shift);
    else moveEach(b, <usize>1 << shift, target, <usize>1 << shift, here, shift);
    b += <usize>here << shift;
    count -= here;
    column += here;
    if (column == n) {
      column = 0;
      row++;
    }
  }
}

/** The inverse of place_elements. */
export function take_elements(packed: usize, b: usize, k: i32, n: i32, transposed: i32, shift: i32, first: i32, count: i32): void {
  const width = transposed ? k : n;
  let line = first / width;
  let position = first - line * width;
  for (let index = 0; index < count; index++) {
    const source = transposed ? placeOf(packed, k, position, line, shift) : placeOf(packed, k, line, position, shift);
    moveEach(source, 0, b, 0, 1, shift);
    b += <usize>1 << shift;
    if (++position == width) {
      position = 0;
      line++;
    }
  }
}

// @ts-ignore: decorator
@inline
function placeOf(packed: usize, k: i32, row: i32, column: i32, shift: i32): usize {
  return packed + ((<usize>((column >>> 3) * k + row) * 8 + <usize>(column & 7)) << shift);
}

// @ts-ignore: decorator
@inline
function moveEight(source: usize, target: usize, shift: i32): void {
  if (shift == 2) {
    v128.store(target, v128.load(source));
    v128.store(target, v128.load(source, 16), 16);
  } else if (shift == 1) {
    v128.store(target, v128.load(source));
  } else {
    store<u64>(target, load<u64>(source));
  }
}

function moveEach(source: usize, sourceStep: usize, target: usize, targetStep: usize, count: i32, shift: i32): void {
  for (let index = 0; index < count; index++) {
    if (shift == 2) store<u32>(target, load<u32>(source));
    else if (shift == 1) store<u16>(target, load<u16>(source));
    else store<u8>(target, load<u8>(source));
    source += sourceStep;
    target += targetStep;
  }
}
