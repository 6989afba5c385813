import { LARGEST_CODE, mostMagnitudes, STORED_CODES } from '../../worker/model/dynamic_quantization.ts';
import { float32Values } from '../graph/float32_values.ts';
import type { Weight } from '../graph/graph.ts';
import { integerWeight } from './integer_weight.ts';

/** A matrix [rows, columns], or its transpose in memory. */
export interface Matrix {
  readonly weight: Weight;
  readonly rows: number;
  readonly columns: number;
  readonly transposed: boolean;
}

/** A matrix as integers of -127 to 127 and a scale for each column: weight = code * scale. */
export interface ColumnCodes {
  /** In the shape of the matrix, stored in 8 bits. */
  readonly codes: Weight;
  readonly scales: Float32Array;
}

/**
 * Quantizes a matrix by columns. The scale of a column is as small as its largest magnitude permits, and large enough for
 * the sums of its products to be exact in float32. The matrix is read now for its scales, and again whenever the codes
 * are read.
 *
 * @returns undefined if a value is not finite, or if a column has too many values for exact sums
 */
export async function columnCodes(matrix: Matrix): Promise<ColumnCodes | undefined> {
  const { weight, rows, columns } = matrix;
  // Rounding adds at most a half to each magnitude, and that of the scale less than 1 to their sum.
  const exactSum = mostMagnitudes(LARGEST_CODE) - rows / 2 - 1;
  if (exactSum <= 0) return undefined;
  const largest = new Float64Array(columns);
  const sums = new Float64Array(columns);
  const columnAt = columnsOf(matrix);
  for (const [index, value] of float32Values(await weight.read()).entries()) {
    const column = columnAt(index);
    const size = Math.abs(value);
    // Also false for NaN.
    if (!(size < Number.POSITIVE_INFINITY)) return undefined;
    largest[column] = Math.max(largest[column] ?? 0, size);
    sums[column] = (sums[column] ?? 0) + size;
  }
  const scales = Float32Array.from(largest, (size, column) => {
    const scale = Math.max(size / LARGEST_CODE, (sums[column] ?? 0) / exactSum);
    return scale < LEAST_SCALE ? 1 : scale;
  });
  const codes = integerWeight(weight, { scales, channelOf: columnAt }, STORED_CODES.min);
  return { codes, scales };
}

/** Columns of smaller values count as zeros. */
const LEAST_SCALE = 1e-30;

function columnsOf({ rows, columns, transposed }: Matrix): (index: number) => number {
  return transposed ? (index) => Math.floor(index / rows) : (index) => index % columns;
}
