import { at, counts, put, shape, text, values } from './memory';
import { writeNumber } from './write_number';

const COMMA: u8 = 0x2c;
const OPEN: u8 = 0x5b;
const CLOSE: u8 = 0x5d;

/** Starts writing nested lists whose lengths are in `shape`. */
export function begin_writing(rank: i32): void {
  for (let dimension = 0; dimension < rank; dimension++) put(counts, dimension, 0);
}

/**
 * Writes the next values as nested lists of `rank` dimensions, none of which is empty. The caller ensures that they
 * fit: a value takes up to LONGEST_FLOAT bytes (../float_digits.ts), a comma, and two brackets for each dimension.
 *
 * @param count values in `values`
 * @returns bytes in `text`
 */
export function write_lists(count: i32, rank: i32): i32 {
  let address = text;
  const last = rank - 1;
  const innermost = at(shape, last);
  let position = at(counts, last);
  for (let index = 0; index < count; index++) {
    if (position > 0) store<u8>(address++, COMMA);
    else address = openLists(address, last);
    address = writeNumber(load<f32>(values + (<usize>index << 2)), address);
    if (++position == innermost) {
      position = 0;
      address = closeLists(address, last);
    }
  }
  put(counts, last, position);
  return <i32>(address - text);
}

/** Opens the innermost list and every list of which it is the first element. */
function openLists(start: usize, last: i32): usize {
  let address = start;
  let outermost = last;
  while (outermost > 0 && at(counts, outermost - 1) == 0) outermost--;
  if (outermost > 0) store<u8>(address++, COMMA);
  for (let dimension = outermost; dimension <= last; dimension++) store<u8>(address++, OPEN);
  return address;
}

/** Closes the innermost list and every list that ends with it. */
function closeLists(start: usize, last: i32): usize {
  let address = start;
  store<u8>(address++, CLOSE);
  for (let dimension = last - 1; dimension >= 0; dimension--) {
    const count = at(counts, dimension) + 1;
    if (count < at(shape, dimension)) {
      put(counts, dimension, count);
      break;
    }
    put(counts, dimension, 0);
    store<u8>(address++, CLOSE);
  }
  return address;
}
