import { ONES, ROUND } from '../constants';
import { addProducts, signsOf } from './dot';
import { narrowed, requantized, shiftTo, storeBytes } from './requantize';

/** The rows of a tile. */
export const TILE_ROWS: i32 = 4;

/** The bytes of a panel's biases and scales. */
export const PANEL_HEAD: usize = 64;

/** Returns the bytes of the weights of a panel of so many groups of four rows. */
// @ts-ignore: decorator
@inline
export function packedPanelBytes(groups: i32): usize {
  return <usize>groups << 5;
}

/** Returns the bytes of an expanded panel. */
// @ts-ignore: decorator
@inline
export function expandedPanelBytes(groups: i32): usize {
  return <usize>groups << 6;
}

/**
 * Expands panels: the signs of a group's weights precede their magnitudes. All rows of a product share that work, which
 * takes the same execution units as the products.
 *
 * @param zero the byte that stands for the weight 0
 */
export function expandPanels(packed: usize, panels: i32, groups: i32, zero: i32, target: usize): void {
  const zeros = i8x16.splat(<i8>zero);
  for (const end = packed + <usize>panels * packedPanelBytes(groups); packed != end; packed += 32) {
    const left = i8x16.sub(v128.load(packed), zeros), right = i8x16.sub(v128.load(packed, 16), zeros);
    v128.store(target, signsOf(left));
    v128.store(target, signsOf(right), 16);
    v128.store(target, i8x16.abs(left), 32);
    v128.store(target, i8x16.abs(right), 48);
    target += 64;
  }
}

/**
 * Clears the weights behind the last rows of expanded segments, so that what is behind an image counts nothing.
 *
 * @param rest the rows of the last group of each segment, 1 to 3
 */
export function clearBehind(expanded: usize, segments: i32, groups: i32, rest: i32): void {
  const present = i32x4.splat((1 << (rest << 3)) - 1);
  const step = expandedPanelBytes(groups);
  // The magnitudes of the last group.
  let weights = expanded + step - 32;
  for (; segments > 0; segments--) {
    v128.store(weights, v128.and(v128.load(weights), present));
    v128.store(weights, v128.and(v128.load(weights, 16), present), 16);
    weights += step;
  }
}

/** Returns the sum of the bytes of a row of a tile. The parameters are those of `rows`. */
export function sumOfRow(pointer: usize, segments: i32, channels: i32): i32 {
  let lanes = i32x4.splat(0);
  let sum = 0;
  for (let segment = 0; segment < segments; segment++) {
    let a = load<usize>(pointer);
    let left = channels;
    for (; left >= 16; left -= 16) {
      lanes = i32x4.add(lanes, i32x4.extadd_pairwise_i16x8_s(i16x8.extadd_pairwise_i8x16_s(v128.load(a))));
      a += 16;
    }
    for (; left > 0; left--) sum += load<i8>(a++);
    pointer += 16;
  }
  const pairs = i32x4.add(lanes, v128.shuffle<u64>(lanes, lanes, 1, 0));
  return sum + i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
}

/**
 * The inner loop of products of bytes. It computes up to 4 rows of the result, one panel of 8 columns after the other,
 * in 8 accumulators. The other vector registers hold weights, their signs and a part of a row.
 *
 * A row of the left-hand side consists of `segments` segments of `groups` groups of four bytes each. `pointers` contains
 * 4 row addresses for each segment. A panel of weights consists of a block of 32 bytes for each group: first columns 0 to
 * 3 and then columns 4 to 7, four rows of each.
 *
 * @param expanded the first panel: see expandPanels
 * @param head    8 biases in int32 and 8 scales in float32 for each panel
 * @param panels  the number of panels to compute
 * @param terms   what is added to the sums of each of the 4 rows, in int32, or 0
 * @param c       the address of the first result
 * @param ldc     bytes from one row of the result to the next
 * @param columns columns from c to the end of the row
 * @param zero    what is added to the rounded results
 */
// @ts-ignore: decorator
@inline
export function rows(
  ROWS: i32,
  FUSED: bool,
  pointers: usize,
  segments: i32,
  groups: i32,
  expanded: usize,
  head: usize,
  panels: i32,
  terms: usize,
  c: usize,
  ldc: usize,
  columns: i32,
  zero: i32,
): void {
  const ones = ONES;
  const round = ROUND;
  const shift = shiftTo(zero);
  let b = expanded;
  for (let panel = 0; panel < panels; panel++) {
    let c00 = v128.load(head);
    let c01 = v128.load(head, 16);
    let c10 = c00;
    let c11 = c01;
    let c20 = c00;
    let c21 = c01;
    let c30 = c00;
    let c31 = c01;
    if (terms != 0) {
      const term0 = v128.load32_splat(terms), term1 = v128.load32_splat(terms, 4);
      const term2 = v128.load32_splat(terms, 8), term3 = v128.load32_splat(terms, 12);
      c00 = i32x4.add(c00, term0), c01 = i32x4.add(c01, term0);
      if (ROWS > 1) c10 = i32x4.add(c10, term1), c11 = i32x4.add(c11, term1);
      if (ROWS > 2) c20 = i32x4.add(c20, term2), c21 = i32x4.add(c21, term2);
      if (ROWS > 3) c30 = i32x4.add(c30, term3), c31 = i32x4.add(c31, term3);
    }
    let pointer = pointers;
    for (let segment = 0; segment < segments; segment++) {
      let a0 = load<usize>(pointer);
      let a1 = ROWS > 1 ? load<usize>(pointer, 4) : 0;
      let a2 = ROWS > 2 ? load<usize>(pointer, 8) : 0;
      let a3 = ROWS > 3 ? load<usize>(pointer, 12) : 0;
      pointer += 16;
      const end = b + (<usize>groups << 6);
      while (b != end) {
        // Columns 0 to 3 before 4 to 7. The parts of rows are loaded twice, since the weights of both halves take so many
        // registers that a sum would be in memory.
        let signs = v128.load(b), weights = v128.load(b, 32);
        c00 = addProducts(FUSED, v128.load32_splat(a0), signs, weights, c00, ones);
        if (ROWS > 1) c10 = addProducts(FUSED, v128.load32_splat(a1), signs, weights, c10, ones);
        if (ROWS > 2) c20 = addProducts(FUSED, v128.load32_splat(a2), signs, weights, c20, ones);
        if (ROWS > 3) c30 = addProducts(FUSED, v128.load32_splat(a3), signs, weights, c30, ones);
        signs = v128.load(b, 16), weights = v128.load(b, 48);
        c01 = addProducts(FUSED, v128.load32_splat(a0), signs, weights, c01, ones);
        if (ROWS > 1) c11 = addProducts(FUSED, v128.load32_splat(a1), signs, weights, c11, ones);
        if (ROWS > 2) c21 = addProducts(FUSED, v128.load32_splat(a2), signs, weights, c21, ones);
        if (ROWS > 3) c31 = addProducts(FUSED, v128.load32_splat(a3), signs, weights, c31, ones);
        b += 64;
        a0 += 4;
        if (ROWS > 1) a1 += 4;
        if (ROWS > 2) a2 += 4;
        if (ROWS > 3) a3 += 4;
      }
    }
    const left = v128.load(head, 32);
    const right = v128.load(head, 48);
    storeRows(c, ldc, requantized(c00, left, round, shift), requantized(c01, right, round, shift), requantized(c10, left, round, shift), requantized(c11, right, round, shift), columns, ROWS > 1);
    if (ROWS > 2) {
      storeRows(c + 2 * ldc, ldc, requantized(c20, left, round, shift), requantized(c21, right, round, shift), requantized(c30, left, round, shift), requantized(c31, right, round, shift), columns, ROWS > 3);
    }
    head += PANEL_HEAD;
    c += 8;
    columns -= 8;
  }
}

/** Stores one or two rows of up to 8 columns. */
// @ts-ignore: decorator
@inline
function storeRows(c: usize, ldc: usize, left: v128, right: v128, nextLeft: v128, nextRight: v128, columns: i32, TWO: bool): void {
  const bytes = narrowed(left, right, nextLeft, nextRight);
  if (columns >= 8) {
    v128.store_lane<u64>(c, bytes, 0);
    if (TWO) v128.store_lane<u64>(c + ldc, bytes, 1);
  } else {
    storeBytes(c, bytes, columns);
    if (TWO) storeBytes(c + ldc, v128.shuffle<u64>(bytes, bytes, 1, 0), columns);
  }
}
