import {
  add,
  binary,
  cast,
  divide,
  maximum,
  multiply,
  select,
  subtract,
  unary,
} from '../../../builder/elementwise.ts';
import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import { moments, reduce } from '../../../builder/reductions.ts';
import { expandDimension, slice, squeeze } from '../../../builder/shaping.ts';
import { alongLast, largest } from '../../../builder/sorting.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { OPERAND, type Operated, type OperationCall, type Operations } from './call/operation_call.ts';

/** What Keras divides by at least, where it is not told. */
const EPSILON = 1e-7;

const KEEP = ['keepdims', 'keep_dims'];

/** A function of floats over some axes, all of them unless told. */
function over(
  call: OperationCall,
  action: (x: SymbolicTensor, axes: readonly number[], keep: boolean) => Operated | undefined,
): Operated | undefined {
  const x = call.tensor(0, OPERAND);
  return x && action(cast(call.g, x, 'float32'), call.axes(x, 1), call.flag(KEEP));
}

/** A function of floats along one axis. */
function alongAxis(
  call: OperationCall,
  action: (x: SymbolicTensor, axis: number) => Operated | undefined,
  otherwise = -1,
): Operated | undefined {
  const x = call.tensor(0, OPERAND);
  return x && action(x, call.axis(x, 1, otherwise));
}

function variance(call: OperationCall, isRoot: boolean): Operated | undefined {
  return over(call, (x, axes, keep) => {
    const { variance: wide } = moments(call.g, x, axes);
    const spread = isRoot ? unary(call.g, 'Sqrt', wide) : wide;
    return keep ? spread : squeeze(call.g, spread, axes);
  });
}

function norm(g: NodeBuilder, x: SymbolicTensor, axes: readonly number[], order: unknown, keep: boolean) {
  const size = unary(g, 'Abs', x);
  const isVector = axes.length === 1;
  if (order === 1 && isVector) return reduce(g, 'Sum', size, axes, keep);
  if (isVector && (order === 'inf' || order === Number.POSITIVE_INFINITY)) {
    return reduce(g, 'Max', size, axes, keep);
  }
  const isEuclidean = [undefined, null, 'fro', 'euclidean'].some((each) => each === order);
  if (!isEuclidean && !(isVector && order === 2)) return undefined;
  return unary(g, 'Sqrt', reduce(g, 'Sum', unary(g, 'Square', x), axes, keep));
}

/** A function that leaves out what is no number, with a value in its place. */
function withoutNaN(call: OperationCall, op: 'Max' | 'Min' | 'Prod' | 'Sum', otherwise: number) {
  const { g } = call;
  return over(call, (x, axes, keep) =>
    reduce(g, op, select(g, unary(g, 'IsNan', x), otherwise, x), axes, keep),
  );
}

function varianceWithoutNaN(call: OperationCall, isRoot: boolean): Operated | undefined {
  const { g } = call;
  return over(call, (x, axes, keep) => {
    const isMissing = unary(g, 'IsNan', x);
    const mean = (values: SymbolicTensor, wide: boolean) => {
      const counted = cast(g, unary(g, 'LogicalNot', isMissing), 'float32');
      const sum = reduce(g, 'Sum', select(g, isMissing, 0, values), axes, wide);
      return divide(g, sum, reduce(g, 'Sum', counted, axes, wide));
    };
    const spread = mean(unary(g, 'Square', subtract(g, x, mean(x, true))), keep);
    return isRoot ? unary(g, 'Sqrt', spread) : spread;
  });
}

/** The value at a share of the sorted ones, between two of them where it falls there. */
function quantile(call: OperationCall, share: number | undefined): Operated | undefined {
  if (share === undefined || !(share >= 0 && share <= 1)) return undefined;
  const { g } = call;
  return over(call, (x, axes, keep) => {
    const [axis] = axes;
    const size = axis === undefined ? null : (x.shape[axis] ?? null);
    if (axis === undefined || axes.length > 1 || size === null) return undefined;
    const found = alongLast(g, x, axis, (moved) => {
      const [falling] = largest(g, moved);
      const place = (size - 1) * (1 - share);
      const at = (index: number) => slice(g, falling, rank(falling) - 1, index, 1);
      const [before, rest] = [Math.floor(place), place - Math.floor(place)];
      if (rest === 0) return at(before);
      return add(g, multiply(g, at(before), 1 - rest), multiply(g, at(before + 1), rest));
    });
    return keep ? found : squeeze(g, found, [axis]);
  });
}

function running(call: OperationCall, op: 'Cumsum' | 'Cumprod'): Operated | undefined {
  const { g } = call;
  if (call.flag(['exclusive']) || call.flag(['reverse'])) return undefined;
  if (call.isKeras && call.value(['axis'], 1) === undefined) return undefined;
  return alongAxis(
    call,
    (x, axis) =>
      g.node(
        op,
        [x.dtype === 'bool' ? cast(g, x, 'int32') : x, g.integers([axis], [])],
        { shape: x.shape, dtype: x.dtype === 'bool' ? 'int32' : x.dtype },
        { exclusive: { b: false }, reverse: { b: false }, Tidx: typeValue('int32') },
      ),
    0,
  );
}

function normalize(call: OperationCall): Operated | undefined {
  const { g } = call;
  const order = call.number(['order'], 2) ?? 2;
  const least = call.number(['epsilon'], 3) ?? EPSILON;
  return alongAxis(call, (given, axis) => {
    const x = cast(g, given, 'float32');
    const length = norm(g, x, [axis], order, true);
    return length && divide(g, x, maximum(g, length, least));
  });
}

function difference(call: OperationCall): Operated | undefined {
  const { g } = call;
  const x = call.tensor(0, OPERAND);
  const times = call.number(['n'], 1) ?? 1;
  if (x === undefined || times < 0 || times > 8) return undefined;
  const axis = call.axis(x, 2, -1);
  let result = x;
  for (let time = 0; time < times; time++) {
    const size = result.shape[axis] ?? null;
    if (size === null || size < 1) return undefined;
    result = subtract(g, slice(g, result, axis, 1, size - 1), slice(g, result, axis, 0, size - 1));
  }
  return result;
}

function average(call: OperationCall): Operated | undefined {
  const { g } = call;
  const weights = call.tensor(2, ['weights']);
  return over(call, (x, axes, keep) => {
    if (weights === undefined) return reduce(g, 'Mean', x, axes, keep);
    const [axis] = axes;
    let each = cast(g, weights, 'float32');
    if (rank(each) === 1 && axes.length === 1 && axis !== undefined) {
      while (rank(each) < rank(x) - axis) each = expandDimension(g, each, -1);
    } else if (rank(each) !== rank(x)) return undefined;
    const sum = reduce(g, 'Sum', multiply(g, x, each), axes, keep);
    return divide(g, sum, reduce(g, 'Sum', multiply(g, unary(g, 'OnesLike', x), each), axes, keep));
  });
}

/** Operations that sum up, beside the plain reductions. */
export const STATISTICS: Operations = {
  average,
  count_nonzero: (call) =>
    over(call, (x, axes, keep) =>
      reduce(call.g, 'Sum', cast(call.g, binary(call.g, 'NotEqual', x, 0), 'int32'), axes, keep),
    ),
  cumprod: (call) => running(call, 'Cumprod'),
  cumsum: (call) => running(call, 'Cumsum'),
  diff: difference,
  median: (call) => quantile(call, 0.5),
  moments: (call) =>
    over(call, (x, axes, keep) => {
      const { mean, variance: spread } = moments(call.g, x, axes);
      return keep ? [mean, spread] : [squeeze(call.g, mean, axes), squeeze(call.g, spread, axes)];
    }),
  nanmax: (call) => withoutNaN(call, 'Max', Number.NEGATIVE_INFINITY),
  nanmean: (call) =>
    over(call, (x, axes, keep) => {
      const { g } = call;
      const isMissing = unary(g, 'IsNan', x);
      const counted = cast(g, unary(g, 'LogicalNot', isMissing), 'float32');
      const sum = reduce(g, 'Sum', select(g, isMissing, 0, x), axes, keep);
      return divide(g, sum, reduce(g, 'Sum', counted, axes, keep));
    }),
  nanmin: (call) => withoutNaN(call, 'Min', Number.POSITIVE_INFINITY),
  nanstd: (call) => varianceWithoutNaN(call, true),
  nanvar: (call) => varianceWithoutNaN(call, false),
  nanprod: (call) => withoutNaN(call, 'Prod', 1),
  nansum: (call) => withoutNaN(call, 'Sum', 0),
  norm: (call) =>
    call.isKeras
      ? over(call, (x, axes, keep) => norm(call.g, x, axes, call.value(['ord']), keep))
      : undefined,
  normalize,
  percentile: (call) => {
    const share = call.number(['q'], 1);
    return share === undefined ? undefined : quantile(call, share / 100);
  },
  ptp: (call) =>
    over(call, (x, axes, keep) =>
      subtract(call.g, reduce(call.g, 'Max', x, axes, keep), reduce(call.g, 'Min', x, axes, keep)),
    ),
  quantile: (call) => quantile(call, call.number(['q'], 1)),
  vdot: (call) => {
    const [one, other] = [call.tensor(0, ['x1']), call.tensor(1, ['x2'])];
    if (one === undefined || other === undefined || rank(one) !== rank(other)) return undefined;
    const products = binary(call.g, 'Mul', one, other);
    return reduce(call.g, 'Sum', products, [...products.shape.keys()]);
  },
  std: (call) => variance(call, true),
  var: (call) => variance(call, false),
};
