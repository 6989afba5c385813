import { binary, maximum, multiply, unary } from '../../../builder/elementwise.ts';
import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import { reduce } from '../../../builder/reductions.ts';
import { dimensions } from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { asCodes, inFloat } from '../../conversion/entries.ts';
import {
  axesIn,
  constantNumbers,
  input,
  type Operator,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { followed, followedTensor, productOf } from '../../tensors/followed.ts';
import { exactMean } from '../quantization/arithmetic.ts';

type Reduction = 'All' | 'Any' | 'Max' | 'Mean' | 'Min' | 'Prod' | 'Sum';

/** Over the axes that the second input tells. */
const reduction =
  (op: Reduction): Operator =>
  (call) => {
    const { g, options } = call;
    const x = input(call, 0);
    const axes = axesIn(rank(x), constantNumbers(input(call, 1), 'axes'));
    const { keep_dims } = options.read('ReducerOptions');
    const sizes = op === 'Prod' && axes.length === 1 && !keep_dims ? followed(x) : undefined;
    if (sizes !== undefined && rank(x) === 1) return followedTensor(g, [productOf(g, sizes)], true);
    if (axes.length === 0) return x;
    return op === 'Mean' && x.dtype === 'int32'
      ? meanOfIntegers(g, x, axes, keep_dims)
      : reduce(g, op, x, axes, keep_dims);
  };

/** The sum divided as C++ divides integers. */
function meanOfIntegers(
  g: NodeBuilder,
  x: SymbolicTensor,
  axes: readonly number[],
  keep: boolean,
): SymbolicTensor {
  const sizes = dimensions(g, x).filter((_, axis) => axes.includes(axis));
  return binary(g, 'TruncateDiv', reduce(g, 'Sum', x, axes, keep), productOf(g, sizes));
}

const cumulativeSum: Operator = (call) => {
  const { g, options } = call;
  const x = input(call, 0);
  const { exclusive, reverse } = options.read('CumsumOptions');
  const axis = axesIn(rank(x), constantNumbers(input(call, 1), 'an axis').slice(0, 1));
  return g.node(
    'Cumsum',
    [x, g.integers(axis, [])],
    { shape: x.shape },
    { exclusive: { b: exclusive }, reverse: { b: reverse }, Tidx: typeValue('int32') },
  );
};

/** No length is taken to be smaller. */
const LEAST_LENGTH = 1e-6;

/** The vectors of the last dimension, with the length 1. The kernel ignores the activation that the options have. */
const unitLength: Operator = (call) => {
  const { g } = call;
  const x = input(call, 0);
  const sum = reduce(g, 'Sum', multiply(g, x, x), [rank(x) - 1], true);
  return binary(g, 'RealDiv', x, maximum(g, unary(g, 'Sqrt', sum), LEAST_LENGTH));
};

/** By the channels beside each: x / (bias + alpha * sum of squares) ** beta. */
const localResponse: Operator = (call) => {
  const { g, options } = call;
  const x = input(call, 0);
  const { radius, bias, alpha, beta } = options.read('LocalResponseNormalizationOptions');
  return g.node(
    'LRN',
    [x],
    { shape: x.shape },
    { depth_radius: { i: String(radius) }, bias: { f: bias }, alpha: { f: alpha }, beta: { f: beta } },
  );
};

export const REDUCTIONS: OperatorTable = {
  CUMSUM: inFloat(cumulativeSum),
  L2_NORMALIZATION: inFloat(unitLength),
  LOCAL_RESPONSE_NORMALIZATION: inFloat(localResponse),
  MEAN: exactMean(inFloat(reduction('Mean'))),
  REDUCE_ALL: asCodes(reduction('All')),
  REDUCE_ANY: asCodes(reduction('Any')),
  REDUCE_MAX: asCodes(reduction('Max')),
  REDUCE_MIN: asCodes(reduction('Min')),
  REDUCE_PROD: inFloat(reduction('Prod')),
  SUM: inFloat(reduction('Sum')),
};
