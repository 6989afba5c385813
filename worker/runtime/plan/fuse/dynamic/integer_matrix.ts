import { PANEL } from '../../../kernels/packing/packed_matrix.ts';

/** A copy of a matrix of integers in 8 bits: the bytes, and where its parts begin in them. */
export interface IntegerMatrix {
  readonly bytes: Uint8Array;
  /** The element that stands for 0. */
  readonly zero: number;
  /** [columns] in float32, all of them 1. */
  readonly ones: number;
  /** [columns] in int32: the sums of the columns. */
  readonly sums: number;
  /** Panels of assembly/product/quantized.ts. */
  readonly panels: number;
}

const ZERO = 127;
const LARGEST = 255;
/** The rows of a group in a panel. */
const GROUP = 4;
const CACHE_LINE = 64;

/**
 * Copies a matrix [rows, columns] for dynamic_product.
 *
 * @param most the most that the magnitudes of a column may add up to
 * @returns undefined if an element is no integer from -127 to 128, or if a column exceeds that
 */
export function integerMatrix(
  { rows, columns }: { readonly rows: number; readonly columns: number },
  elementAt: (row: number, column: number) => number,
  most: number,
): IntegerMatrix | undefined {
  const line = Math.ceil((4 * columns) / CACHE_LINE) * CACHE_LINE;
  const [ones, sums, panels] = [0, line, 2 * line];
  const panelBytes = Math.ceil(rows / GROUP) * GROUP * PANEL;
  const bytes = new Uint8Array(panels + Math.ceil(columns / PANEL) * panelBytes);
  const view = new DataView(bytes.buffer);
  for (let column = 0; column < columns; column++) {
    const panel = panels + Math.floor(column / PANEL) * panelBytes + GROUP * (column % PANEL);
    let [sum, magnitudes] = [0, 0];
    for (let row = 0; row < rows; row++) {
      const element = elementAt(row, column);
      const stored = element + ZERO;
      if (!Number.isInteger(stored) || stored < 0 || stored > LARGEST) return undefined;
      bytes[panel + Math.floor(row / GROUP) * GROUP * PANEL + (row % GROUP)] = stored;
      sum += element;
      magnitudes += Math.abs(element);
    }
    if (magnitudes > most) return undefined;
    view.setFloat32(ones + 4 * column, 1, true);
    view.setInt32(sums + 4 * column, sum, true);
  }
  return { bytes, zero: ZERO, ones, sums, panels };
}
