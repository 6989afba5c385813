import { computeRows, NO_RESIDUAL, rowsOfTile } from './tile';

/** Bytes of packed panels that stay in the second level cache while the rows of A pass by. */
const GROUP_BYTES: i32 = 256 * 1024;

export function panelsPerGroup(k: i32): i32 {
  return max(1, GROUP_BYTES / max(1, k << 5));
}

/**
 * c = clamp(a * b + bias + residual, lower, upper), b packed by pack_b.
 *
 * @param a        m rows of k floats, `lda` floats from one to the next
 * @param bias     n floats, or 0
 * @param residual laid out as c, or 0; may be c itself
 * @param c        m rows of n floats, `ldc` floats from one to the next
 * @param scratch  24 bytes
 */
export function gemm(
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
): void {
  const panels = (n + 7) >>> 3;
  const group = panelsPerGroup(k);
  const aRow = <usize>lda << 2;
  const cRow = <usize>ldc << 2;
  const distance: usize = residual != 0 ? residual - c : NO_RESIDUAL;
  for (let panel = 0; panel < panels; panel += group) {
    const count = min(group, panels - panel);
    const b = packed + <usize>panel * (<usize>k << 5);
    const column = <usize>panel << 5;
    const biasHere = bias != 0 ? bias + column : 0;
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
