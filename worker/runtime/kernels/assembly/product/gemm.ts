import { computeRows, rowsOfTile } from './compute_rows';
import { readAhead } from './read_ahead';
import { NO_RESIDUAL } from './tile';
import { Input, Output, Scratch } from '../roles';

/** The bytes of packed panels that stay in the second-level cache while all rows of `a` are multiplied. */
const GROUP_BYTES: i32 = 256 * 1024;

/** The bytes of the addresses of six rows, which are multiplied at once. */
const POINTER_BYTES: usize = 24;
/** The same, rounded up to whole cache lines, for data that must begin on one. */
export const POINTER_LINE_BYTES: usize = (POINTER_BYTES + 63) & ~63;

/** Returns the bytes of scratch that gemm needs. */
export function gemm_scratch_bytes(): usize {
  return POINTER_BYTES;
}

export function panelsPerGroup(k: i32): i32 {
  return max(1, GROUP_BYTES / max(1, k << 5));
}

/**
 * Computes c = clamp(a * b + bias + residual, lower, upper) for a matrix b that is packed by pack_b.
 *
 * @param a        [m, k] in float32
 * @param lda      floats from one row of a to the next
 * @param packed   [k, n] in float32, packed by pack_b
 * @param bias     [n] in float32, or 0
 * @param residual [m, n] in float32 with the row stride of c, or 0; may be c
 * @param c        [m, n] in float32
 * @param ldc      floats from one row of c to the next
 * @param lower    lower bound of the result, -infinity for none
 * @param upper    upper bound of the result, infinity for none
 * @param scratch  gemm_scratch_bytes bytes
 */
export function gemm(
  a: Input,
  lda: i32,
  packed: Input,
  bias: Input,
  residual: Input,
  c: Output,
  ldc: i32,
  m: i32,
  k: i32,
  n: i32,
  lower: f32,
  upper: f32,
  scratch: Scratch,
): void {
  multiplyPanels(a, lda, packed, bias, residual, c, ldc, m, k, n, lower, upper, scratch, true);
}

/**
 * Computes the same.
 *
 * @param isFar true if the panels may be in memory, false if they are in a cache
 */
export function multiplyPanels(
  a: usize,
  lda: i32,
  packed: usize,
  bias: usize,
  residual: usize,
  c: usize,
  ldc: i32,
  m: i32,
  k: i32,
  n: i32,
  lower: f32,
  upper: f32,
  scratch: usize,
  isFar: bool,
): void {
  const panels = (n + 7) >>> 3;
  // A single row reads each panel once, and its streams are long only without groups.
  const group = m == 1 ? panels : panelsPerGroup(k);
  const aRow = <usize>lda << 2;
  const cRow = <usize>ldc << 2;
  const distance: usize = residual != 0 ? residual - c : NO_RESIDUAL;
  for (let panel = 0; panel < panels; panel += group) {
    const count = min(group, panels - panel);
    const b = packed + <usize>panel * (<usize>k << 5);
    const column = <usize>panel << 5;
    const biasHere = bias != 0 ? bias + column : 0;
    if (isFar) readAhead(b, count, k, m, scratch);
    for (let row = 0; row < m; ) {
      const here = rowsOfTile(m - row);
      let pointer = a + <usize>row * aRow;
      for (let index = 0; index < here; index++) {
        store<usize>(scratch + (<usize>index << 2), pointer);
        pointer += aRow;
      }
      computeRows(here, scratch, 1, k, b, count, biasHere, c + <usize>row * cRow + column, cRow, n - (panel << 3), distance, lower, upper);
      row += here;
    }
  }
}
