import type { WeightSpec } from '../../model/model_json.ts';
import { elementCount } from '../../model/tensor.ts';
import type { MatrixLayout } from '../kernels/packing/packed_matrix.ts';

/** The role of a weight in products: the right-hand matrix, or a filter, whose last dimension is the columns. */
export type MatrixRole = 'matrix' | 'transposed matrix' | 'filter';

/** Returns the layout of a weight of this role, or undefined if this project's kernels do not pack it. */
export function matrixLayout({ dtype, shape }: WeightSpec, role: MatrixRole): MatrixLayout | undefined {
  const [rows = 0, columns = 0] = shape.slice(-2);
  const count = elementCount(shape);
  if (dtype !== 'float32' || shape.length < 2 || count === 0) return undefined;
  if (role === 'filter') return { k: count / columns, n: columns, transposed: false };
  if (count !== rows * columns) return undefined;
  return role === 'matrix'
    ? { k: rows, n: columns, transposed: false }
    : { k: columns, n: rows, transposed: true };
}
