/** A product of fewer rows is faster with what the processor reads ahead by itself. */
const FEWEST_ROWS: i32 = 16;
/** So are rows of fewer elements, of which six leave most of the first-level cache to the panels. */
const SHORTEST_ROW: i32 = 384;
/** The bytes of a cache line. */
const LINE: usize = 64;

/**
 * Brings a group of panels into the second-level cache if that makes a product of `rows` rows by it faster. The first
 * tile would wait for memory at the beginning of each page. Four streams of loads that depend on nothing do not.
 *
 * @param panels  the address of the group
 * @param count   its number of panels
 * @param k       the number of rows of a panel
 * @param scratch 4 bytes for a value that no one reads, without which the loads could be removed
 */
// @ts-ignore: decorator
@inline
export function readAhead(panels: usize, count: i32, k: i32, rows: i32, scratch: usize): void {
  if (rows >= FEWEST_ROWS && k >= SHORTEST_ROW) store<i32>(scratch, touch(panels, <usize>count * (<usize>k << 5)));
}

function touch(address: usize, bytes: usize): i32 {
  const quarter = (bytes >> 2) & ~(LINE - 1);
  const end = address + quarter;
  let second = end;
  let third = second + quarter;
  let fourth = third + quarter;
  let bits = 0;
  for (; address < end; address += LINE) {
    bits |= load<i32>(address) | load<i32>(second) | load<i32>(third) | load<i32>(fourth);
    second += LINE;
    third += LINE;
    fourth += LINE;
  }
  return bits;
}
