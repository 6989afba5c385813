import { ONES, ROUND } from '../constants';
import { addProducts, signsOf } from './dot';
import { bounded, requantized, shiftTo, storeBytes } from './requantize';

/** The rows of a tile. */
export const TILE_ROWS: i32 = 4;

/** The bytes of a panel's biases and scales, which precede its weights. */
const PANEL_HEAD: usize = 64;

/** Returns the bytes of a packed panel of so many groups of four rows. */
// @ts-ignore: decorator
@inline
export function packedPanelBytes(groups: i32): usize {
  return PANEL_HEAD + (<usize>groups << 5);
}

/** Returns the bytes of an expanded panel. */
// @ts-ignore: decorator
@inline
export function expandedPanelBytes(groups: i32): usize {
  return PANEL_HEAD + (<usize>groups << 6);
}

/**
 * Expands panels: the signs of a group's weights precede their magnitudes. All rows of a product share that work, which
 * takes the same execution units as the products.
 */
export function expandPanels(packed: usize, panels: i32, groups: i32, target: usize): void {
  for (let panel = 0; panel < panels; panel++) {
    for (const end = packed + PANEL_HEAD; packed != end; packed += 16) {
      v128.store(target, v128.load(packed));
      target += 16;
    }
    for (const end = packed + (<usize>groups << 5); packed != end; packed += 32) {
      const left = v128.load(packed), right = v128.load(packed, 16);
      v128.store(target, signsOf(left));
      v128.store(target, signsOf(right), 16);
      v128.store(target, i8x16.abs(left), 32);
      v128.store(target, i8x16.abs(right), 48);
      target += 64;
    }
  }
}

/**
 * The inner loop of products of bytes. It computes up to 4 rows of the result, one panel of 8 columns after the other,
 * in 8 accumulators. The other vector registers hold weights, their signs and a part of a row.
 *
 * A row of the left-hand side consists of `segments` segments of `groups` groups of four bytes each. `pointers` contains
 * 4 row addresses for each segment. A packed panel consists of 8 biases in int32, 8 scales in float32, and a block of 32
 * bytes for each group: first columns 0 to 3 and then columns 4 to 7, four rows of each.
 *
 * @param expanded the first panel: see expandPanels
 * @param panels  the number of panels to compute
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
  panels: i32,
  c: usize,
  ldc: usize,
  columns: i32,
  zero: i32,
  lower: i32,
  upper: i32,
): void {
  const ones = ONES;
  const round = ROUND;
  const shift = shiftTo(zero);
  const lowest = i8x16.splat(<i8>lower), highest = i8x16.splat(<i8>upper);
  let b = expanded;
  for (let panel = 0; panel < panels; panel++) {
    const head = b;
    let c00 = v128.load(b);
    let c01 = v128.load(b, 16);
    let c10 = c00;
    let c11 = c01;
    let c20 = c00;
    let c21 = c01;
    let c30 = c00;
    let c31 = c01;
    b += PANEL_HEAD;
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
    storeRows(c, ldc, requantized(c00, left, round, shift), requantized(c01, right, round, shift), requantized(c10, left, round, shift), requantized(c11, right, round, shift), columns, ROWS > 1, lowest, highest);
    if (ROWS > 2) {
      storeRows(c + 2 * ldc, ldc, requantized(c20, left, round, shift), requantized(c21, right, round, shift), requantized(c30, left, round, shift), requantized(c31, right, round, shift), columns, ROWS > 3, lowest, highest);
    }
    c += 8;
    columns -= 8;
  }
}

/** Stores one or two rows of up to 8 columns. */
// @ts-ignore: decorator
@inline
function storeRows(c: usize, ldc: usize, left: v128, right: v128, nextLeft: v128, nextRight: v128, columns: i32, TWO: bool, lowest: v128, highest: v128): void {
  const bytes = bounded(left, right, nextLeft, nextRight, lowest, highest);
  if (columns >= 8) {
    v128.store_lane<u64>(c, bytes, 0);
    if (TWO) v128.store_lane<u64>(c + ldc, bytes, 1);
  } else {
    storeBytes(c, bytes, columns);
    if (TWO) storeBytes(c + ldc, v128.shuffle<u64>(bytes, bytes, 1, 0), columns);
  }
}
