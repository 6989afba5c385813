import { LARGEST_CODE } from '../../worker/model/dynamic_quantization.ts';
import { float32Values } from '../graph/float32_values.ts';
import type { Weight } from '../graph/graph.ts';
import { channelSums } from './channel_sums.ts';
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
 * Quantizes a matrix by columns. The scale of a column is as small as its largest magnitude permits, and as large as the
 * bound of its sum requires. The matrix is read now for its scales, and again whenever the codes are read.
 *
 * @param mostMagnitudes the most that the magnitudes of a column's codes may add up to
 * @param storedLeast the integer for which the byte 0 stands
 * @returns undefined if a value is not finite, or if a column has too many values for that bound
 */
export async function columnCodes(
  matrix: Matrix,
  mostMagnitudes = Number.POSITIVE_INFINITY,
  storedLeast?: number,
): Promise<ColumnCodes | undefined> {
  const { weight, rows, columns } = matrix;
  // Rounding adds at most a half to each magnitude, and that of the scale less than 1 to their sum.
  const room = mostMagnitudes - rows / 2 - 1;
  if (room <= 0) return undefined;
  const channelOf = columnsOf(matrix);
  const values = float32Values(await weight.read());
  const { largest, above, below } = channelSums({ values, channels: columns, channelOf });
  if (!largest.every(Number.isFinite)) return undefined;
  const scales = Float32Array.from(largest, (magnitude, column) => {
    const sum = (above[column] ?? 0) + (below[column] ?? 0);
    const scale = Math.max(magnitude / LARGEST_CODE, sum / room);
    return scale < LEAST_SCALE ? 1 : scale;
  });
  return { codes: integerWeight(weight, { scales, channelOf }, storedLeast), scales };
}

/** Columns of smaller values count as zeros. */
const LEAST_SCALE = 1e-30;

function columnsOf({ rows, columns, transposed }: Matrix): (index: number) => number {
  return transposed ? (index) => Math.floor(index / rows) : (index) => index % columns;
}
