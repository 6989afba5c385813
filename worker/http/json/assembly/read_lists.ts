import { at, counts, MOST_DIMENSIONS, put, shape, text, values } from './memory';
import { numberEnd, readNumber, signZeros } from './read_number';

/** The result of read_lists for text that is not such a list. */
const REFUSED: i32 = -1;

/** A longer number may be cut by the end of the block. */
const LONGEST_NUMBER: i32 = 48;

let depth: i32 = 0;
/** The depth of the numbers; 0 until one was read. */
let rank: i32 = 0;
/** True if a value must follow: behind a bracket or a comma. */
let isBeforeValue: bool = true;

let valueCount: i32 = 0;

export function begin_reading(isZeroSigned: bool): void {
  signZeros(isZeroSigned);
  depth = 0;
  rank = 0;
  isBeforeValue = true;
}

/** Returns the number of dimensions once the lists were read to their end, and 0 before. */
export function lists_rank(): i32 {
  return depth == 0 ? rank : 0;
}

/** Returns the number of values in the last block. */
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
 * Continues to read nested lists of numbers from a block of their text. All lists of a dimension have one length, and
 * none is empty. Values are written to `values`, lengths to `shape`.
 *
 * @param length bytes in `text`, which zeros follow
 * @param isLast true if the text ends with this block
 * @returns the number of bytes that were read, up to a number that the block may have cut; REFUSED for other text
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
      // Most of the text is numbers that only commas separate.
      let run = 0;
      while (address < limit) {
        store<f32>(target, <f32>readNumber(address));
        // The byte after a cut number is neither a comma nor a bracket, which refuses the number.
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
