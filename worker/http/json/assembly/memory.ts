/**
 * The buffers that the module and its caller share lie behind the module's own data and never move. The caller is
 * ../number_lists.ts.
 */
const START: usize = (__heap_base + 15) & ~15;

/** The size of the buffer for text that is read or written. */
export const TEXT_BYTES: i32 = 64 * 1024;
export const text: usize = START;
/** Zeros follow the text, so that reads of several bytes stop at its end. */
const MARGIN: usize = 64;

/** A text holds at most this many values: each has a digit, and a comma separates two. */
export const MOST_VALUES: i32 = TEXT_BYTES / 2;
export const values: usize = text + <usize>TEXT_BYTES + MARGIN;

/** The length of each dimension, outermost first, as 32-bit integers. */
export const MOST_DIMENSIONS: i32 = 8;
export const shape: usize = values + (<usize>MOST_VALUES << 2);
/** The current position in each dimension. */
export const counts: usize = shape + (<usize>MOST_DIMENSIONS << 2);

@inline
export function at(list: usize, index: i32): i32 {
  return load<i32>(list + (<usize>index << 2));
}

@inline
export function put(list: usize, index: i32, value: i32): void {
  store<i32>(list + (<usize>index << 2), value);
}
