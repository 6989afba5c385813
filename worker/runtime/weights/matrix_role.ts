import type { WeightSpec } from '../../model/model_json.ts';
import { elementCount } from '../../model/tensor.ts';
import type { MatrixLayout } from '../kernels/packing/packed_matrix.ts';
import { isKeptSmall } from './quantized_weight.ts';

/**
 * The role of a weight: the right-hand matrix of products; a filter, whose last dimension is the columns; or a table of which
 * rows are taken, or whose first dimension is the rows of a product's matrix.
 */
export type MatrixRole = 'matrix' | 'transposed matrix' | 'filter' | 'table';

/** Returns the layout of a weight of this role, or undefined if this project's kernels do not pack it. */
export function matrixLayout(spec: WeightSpec, role: MatrixRole): MatrixLayout | undefined {
  const { dtype, shape } = spec;
  const [rows = 0, columns = 0] = shape.slice(-2);
  const count = elementCount(shape);
  if (dtype !== 'float32' || shape.length < 2 || count === 0) return undefined;
  if (role === 'table') {
    const layout = { k: shape[0] ?? 0, n: count / (shape[0] ?? 1), transposed: false };
    // Tables of float32 are read where they are.
    return isKeptSmall(spec, layout) ? layout : undefined;
  }
  if (role === 'filter') return { k: count / columns, n: columns, transposed: false };
  if (count !== rows * columns) return undefined;
  return role === 'matrix'
    ? { k: rows, n: columns, transposed: false }
    : { k: columns, n: rows, transposed: true };
}
