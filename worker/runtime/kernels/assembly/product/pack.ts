import { loadUpTo } from '../vector';
import { Input, Output } from '../roles';

/**
 * Returns the bytes of a packed right-hand matrix [k, n]. It consists of panels of 8 columns, in which each row has 8
 * contiguous floats. Zeros fill the last panel.
 */
export function packed_bytes(k: i32, n: i32): usize {
  return <usize>((n + 7) >>> 3) * <usize>k * 32;
}

/**
 * Packs a matrix into panels of 8 columns.
 *
 * @param b      [k, n] in float32
 * @param packed packed_bytes(k, n) bytes
 * @param stride floats from one row of b to the next
 */
export function pack_b(b: Input, packed: Output, k: i32, n: i32, stride: i32): void {
  const rowBytes = <usize>stride << 2;
  for (let column = 0; column < n; column += 8) {
    let source = b + (<usize>column << 2);
    const left = n - column;
    if (left >= 8) {
      for (let row = 0; row < k; row++) {
        v128.store(packed, v128.load(source));
        v128.store(packed, v128.load(source, 16), 16);
        source += rowBytes;
        packed += 32;
      }
    } else {
      for (let row = 0; row < k; row++) {
        v128.store(packed, loadUpTo(source, left));
        v128.store(packed, loadUpTo(source + 16, left - 4), 16);
        source += rowBytes;
        packed += 32;
      }
    }
  }
}

/**
 * Packs the transpose of a matrix into panels of 8 columns.
 *
 * @param b      [n, k] in float32
 * @param packed packed_bytes(k, n) bytes
 * @param stride floats from one row of b to the next
 */
export function pack_b_transposed(b: Input, packed: Output, k: i32, n: i32, stride: i32): void {
  const rowBytes = <usize>stride << 2;
  for (let column = 0; column < n; column += 8) {
    const left = n - column;
    packHalf(b + <usize>column * rowBytes, packed, k, left, rowBytes);
    packHalf(b + <usize>(column + 4) * rowBytes, packed + 16, k, left - 4, rowBytes);
    packed += <usize>k << 5;
  }
}

/** Packs four columns of a panel, of which `columns` exist. */
function packHalf(source: usize, packed: usize, k: i32, columns: i32, rowBytes: usize): void {
  let row = 0;
  if (columns >= 4) {
    const source1 = source + rowBytes;
    const source2 = source1 + rowBytes;
    const source3 = source2 + rowBytes;
    for (; row + 4 <= k; row += 4) {
      const offset = <usize>row << 2;
      const r0 = v128.load(source + offset);
      const r1 = v128.load(source1 + offset);
      const r2 = v128.load(source2 + offset);
      const r3 = v128.load(source3 + offset);
      const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(packed, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
      v128.store(packed, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 32);
      v128.store(packed, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 64);
      v128.store(packed, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 96);
      packed += 128;
    }
  }
  for (; row < k; row++) {
    const address = source + (<usize>row << 2);
    for (let column = 0; column < 4; column++) {
      const value: f32 = column < columns ? load<f32>(address + <usize>column * rowBytes) : 0;
      store<f32>(packed + (<usize>column << 2), value);
    }
    packed += 32;
  }
}

/**
 * Transposes a matrix.
 *
 * @param x [rows, columns] in float32
 * @param y [columns, rows] in float32
 */
export function transpose(x: Input, y: Output, rows: i32, columns: i32): void {
  const xRow = <usize>columns << 2;
  const yRow = <usize>rows << 2;
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    const source0 = x + <usize>row * xRow;
    const source1 = source0 + xRow;
    const source2 = source1 + xRow;
    const source3 = source2 + xRow;
    const target = y + (<usize>row << 2);
    let column = 0;
    for (; column + 4 <= columns; column += 4) {
      const offset = <usize>column << 2;
      const r0 = v128.load(source0 + offset);
      const r1 = v128.load(source1 + offset);
      const r2 = v128.load(source2 + offset);
      const r3 = v128.load(source3 + offset);
      const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      let out = target + <usize>column * yRow;
      v128.store(out, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
      out += yRow;
      v128.store(out, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
      out += yRow;
      v128.store(out, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
      out += yRow;
      v128.store(out, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
    }
    for (; column < columns; column++) {
      const offset = <usize>column << 2;
      const out = target + <usize>column * yRow;
      store<f32>(out, load<f32>(source0 + offset));
      store<f32>(out, load<f32>(source1 + offset), 4);
      store<f32>(out, load<f32>(source2 + offset), 8);
      store<f32>(out, load<f32>(source3 + offset), 12);
    }
  }
  for (; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      store<f32>(
        y + <usize>column * yRow + (<usize>row << 2),
        load<f32>(x + <usize>row * xRow + (<usize>column << 2)),
      );
    }
  }
}
