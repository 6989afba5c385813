import { at, counts, MOST_DIMENSIONS, put, shape, text, values } from './memory';
import { numberEnd, readNumber, signZeros } from './read_number';

/** What read_lists answers where it does not say how far it has come. */
const REFUSED: i32 = -1;

/** A longer number may not be whole in its block. */
const LONGEST_NUMBER: i32 = 48;

let depth: i32 = 0;
/** How deep the numbers are; 0 until one was read. */
let rank: i32 = 0;
/** Whether a value has to come next: behind a bracket or a comma. */
let isBeforeValue: bool = true;

let valueCount: i32 = 0;

export function begin_reading(isZeroSigned: bool): void {
  signZeros(isZeroSigned);
  depth = 0;
  rank = 0;
  isBeforeValue = true;
}

/** How many dimensions the lists have, once they were read to their end; 0 before. */
export function lists_rank(): i32 {
  return depth == 0 ? rank : 0;
}

/** How many values the last block had. */
export function value_count(): i32 {
  return valueCount;
}

@inline
function afterSpace(address: usize): usize {
  let byte: u32 = load<u8>(address);
  while (byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09) byte = load<u8>(++address);
  return address;
}

/**
 * Reads on in nested lists of numbers, all of one length in each dimension and none of them empty, from a block of
 * their text. Values go to `values`, lengths to `shape`.
 *
 * @param length  bytes in `text`, behind which there are zeros
 * @param isLast  whether the text ends with this block
 * @returns bytes that were read, where numbers may be cut; or REFUSED for whatever are no such lists
 */
export function read_lists(length: i32, isLast: bool): i32 {
  const end = text + <usize>length;
  const limit = isLast ? end : end - LONGEST_NUMBER;
  let address = text;
  let target = values;
  while (address < limit) {
    address = afterSpace(address);
    if (address >= limit && !isLast) break;
    const byte: u32 = load<u8>(address);
    if (isBeforeValue) {
      if (byte == 0x5b) {
        if (depth == (rank == 0 ? MOST_DIMENSIONS : rank)) return REFUSED;
        put(counts, depth, 0);
        if (rank == 0) put(shape, depth, 0);
        depth++;
        address++;
        continue;
      }
      if (depth == 0) return REFUSED;
      if (rank == 0) rank = depth;
      else if (rank != depth) return REFUSED;
      // Numbers behind numbers with nothing but commas in between are nearly all of it.
      let run = 0;
      while (address < limit) {
        store<f32>(target, <f32>readNumber(address));
        // One that was cut by the end of a block is refused by what comes next: neither a comma nor a bracket.
        if (numberEnd == 0) return REFUSED;
        target += 4;
        run++;
        address = numberEnd;
        isBeforeValue = false;
        if (load<u8>(address) != 0x2c) break;
        const next: u32 = load<u8>(address + 1);
        if (next - 0x30 > 9 && next != 0x2d) break;
        address++;
        isBeforeValue = true;
      }
      put(counts, depth - 1, at(counts, depth - 1) + run);
    } else if (byte == 0x2c) {
      isBeforeValue = true;
      address++;
    } else if (byte == 0x5d) {
      depth--;
      const count = at(counts, depth);
      const expected = at(shape, depth);
      if (expected == 0) put(shape, depth, count);
      else if (expected != count) return REFUSED;
      address++;
      if (depth == 0) {
        valueCount = <i32>((target - values) >> 2);
        return <i32>(address - text);
      }
      put(counts, depth - 1, at(counts, depth - 1) + 1);
    } else {
      return REFUSED;
    }
  }
  if (isLast) return REFUSED;
  valueCount = <i32>((target - values) >> 2);
  return <i32>(address - text);
}
