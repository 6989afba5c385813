/**
 * What the module and its caller hand to each other lies behind the module's own data, in places that never move.
 * See ../number_lists.ts for the caller.
 */
const START: usize = (__heap_base + 15) & ~15;

/** Text to be read, or that was written. */
export const TEXT_BYTES: i32 = 64 * 1024;
export const text: usize = START;
/** Behind the text are zeros: reading stops there, whatever it reads at a time. */
const MARGIN: usize = 64;

/** As many values as such a text can hold: each has a digit, and a comma stands between two. */
export const MOST_VALUES: i32 = TEXT_BYTES / 2;
export const values: usize = text + <usize>TEXT_BYTES + MARGIN;

/** How long each dimension is, the outermost first, as 32-bit integers. */
export const MOST_DIMENSIONS: i32 = 8;
export const shape: usize = values + (<usize>MOST_VALUES << 2);
/** How far in each dimension reading or writing has come. */
export const counts: usize = shape + (<usize>MOST_DIMENSIONS << 2);

@inline
export function at(list: usize, index: i32): i32 {
  return load<i32>(list + (<usize>index << 2));
}

@inline
export function put(list: usize, index: i32, value: i32): void {
  store<i32>(list + (<usize>index << 2), value);
}
