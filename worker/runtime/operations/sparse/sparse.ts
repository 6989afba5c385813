import type { Operations } from '../operation.ts';
import { SPARSE_COMBINATIONS } from './combinations.ts';
import { fillEmptyRows } from './empty_rows.ts';
import { SPARSE_PIECES } from './pieces.ts';
import { sparseProduct } from './sparse_product.ts';

export const SPARSE: Operations = {
  ...SPARSE_COMBINATIONS,
  ...SPARSE_PIECES,
  SparseFillEmptyRows: fillEmptyRows,
  SparseTensorDenseMatMul: sparseProduct,
};
