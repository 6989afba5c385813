import { batchProduct, product } from '../../../builder/products.ts';
import { transpose } from '../../../builder/shaping.ts';
import { rank } from '../../../builder/symbolic_tensor.ts';
import { inFloat } from '../../conversion/entries.ts';
import { input, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';

/** Products of the last two dimensions, of which either tensor may be transposed. */
const batchMatrixProduct: Operator = (call) => {
  const { g, options } = call;
  const { adj_x, adj_y } = options.read('BatchMatMulOptions');
  const [x, y] = [input(call, 0), input(call, 1)];
  const axes = [...x.shape.keys()];
  const left = adj_x ? transpose(g, x, [...axes.slice(0, -2), rank(x) - 1, rank(x) - 2]) : x;
  if (rank(x) === 2 && rank(y) === 2) return product(g, left, adj_y ? transpose(g, y, [1, 0]) : y);
  return batchProduct(g, left, y, { transposed: adj_y });
};

export const BATCH_PRODUCTS: OperatorTable = { BATCH_MATMUL: inFloat(batchMatrixProduct) };
