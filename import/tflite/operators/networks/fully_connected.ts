import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { product } from '../../../builder/products.ts';
import { type Dimension, dimension, dimensions, reshape, scaledDimension } from '../../../builder/shaping.ts';
import { knownCount, rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { knownSize, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import { refuse, refuseMalformed } from '../../conversion/refusal.ts';
import { partsOf, weighted } from './weighted.ts';

/** Rows of a tensor of any rank, times weights [filters, inputs]. */
const fullyConnected: Operator = (call) => {
  const { g } = call;
  const options = call.options.read('FullyConnectedOptions');
  if (options.weights_format !== 'DEFAULT') refuse(`has weights in the format ${options.weights_format}`);
  const parts = partsOf(call);
  const { x, weights } = parts;
  if (rank(weights) !== 2) refuseMalformed(`has weights of ${rank(weights)} dimensions, and needs 2`);
  const inputs = knownSize(weights, 1, 'weights of known sizes');
  const filters = knownSize(weights, 0, 'weights of known sizes');
  const result = weighted(call, {
    ...parts,
    axis: 0,
    arrangement: { order: [1, 0] },
    activation: options.fused_activation_function,
    product: (tensor, kernel) => product(g, rowsOf(g, tensor, inputs), kernel),
  });
  const keepsRank = options.keep_num_dims && rank(x) > 2;
  return keepsRank ? reshape(g, result, [...dimensions(g, x).slice(0, -1), filters]) : result;
};

/** The elements in rows of a length. */
function rowsOf(g: NodeBuilder, x: SymbolicTensor, length: number): SymbolicTensor {
  if (rank(x) === 2 && x.shape[1] === length) return x;
  return reshape(g, x, [rowCount(g, x, length), length]);
}

function rowCount(g: NodeBuilder, x: SymbolicTensor, length: number): Dimension {
  const whole = knownCount(x.shape);
  if (whole !== undefined) {
    if (whole % length !== 0) refuseMalformed(`takes [${x.shape}], which is no rows of ${length}`);
    return whole / length;
  }
  // Where one size is open, reshaping works the rows out.
  const rest = knownCount(x.shape.slice(1));
  const perFirst = rest === undefined ? undefined : rest / length;
  const open = x.shape.indexOf(null);
  return perFirst !== undefined && Number.isInteger(perFirst)
    ? scaledDimension(g, dimension(g, x, 0), perFirst)
    : dimension(g, x, open);
}

export const FULLY_CONNECTED: OperatorTable = {
  FULLY_CONNECTED: { convert: fullyConnected, quantized: 'itself' },
};
