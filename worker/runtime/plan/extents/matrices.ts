import { ElementFormat } from '../../kernels/kernel_signatures.ts';
import { PANEL } from '../../kernels/packing/packed_matrix.ts';

/** The bytes of a block of rows of a panel. */
const BLOCK_BYTES = 32;

/** The rows of a block of bytes, and of a block of elements of 16 bits. A block of floats has one row. */
const BYTE_ROWS = 4;
const HALF_ROWS = 2;

/** Returns the panels of a matrix of so many columns. */
export function panelsOf(columns: number): number {
  return Math.ceil(columns / PANEL);
}

/**
 * Returns the bytes of a packed matrix [k, n] in float32, as packed_bytes does, for numbers of any size. So do the other
 * functions.
 */
export function packedBytes(k: number, n: number): number {
  return panelsOf(n) * k * BLOCK_BYTES;
}

/** Returns the bytes of the panels of a matrix [k, n] of signed or unsigned bytes. */
export function bytePanels(k: number, n: number): number {
  return panelsOf(n) * Math.ceil(k / BYTE_ROWS) * BLOCK_BYTES;
}

/** Returns the bytes of the panels of a quantized matrix [k, n]. */
export function quantizedBytes(format: number, k: number, n: number): number {
  if (format === ElementFormat.uint8) return bytePanels(k, n);
  return panelsOf(n) * Math.ceil(k / HALF_ROWS) * BLOCK_BYTES;
}

export function isFormat(format: number): boolean {
  return Object.values<number>(ElementFormat).includes(format);
}
