import { oneHot } from '../../../builder/creation.ts';
import { add, binary, cast, select, unary } from '../../../builder/elementwise.ts';
import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import { reduce } from '../../../builder/reductions.ts';
import { dimension, expandDimension, gather, transpose } from '../../../builder/shaping.ts';
import { alongLast, largest } from '../../../builder/sorting.ts';
import { axisOf, rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import type { Operated, OperationCall, Operations } from './call/operation_call.ts';
import { axisOrFlat, onTensor } from './call/tensor_arguments.ts';

/** Indices from 0 on; those below it count from the end. */
function fromStart(g: NodeBuilder, indices: SymbolicTensor, x: SymbolicTensor, axis: number): SymbolicTensor {
  const size = dimension(g, x, axis);
  const integers = cast(g, indices, 'int32');
  return select(g, binary(g, 'Less', integers, 0), add(g, integers, size), integers);
}

function take(call: OperationCall): Operated | undefined {
  const { g } = call;
  const x = call.tensor(0, ['x', 'params']);
  const given = call.value(['indices'], 1);
  const scalar = typeof given === 'number' ? g.integers([given], []) : undefined;
  const indices = scalar ?? call.tensor(1, ['indices']);
  if (x === undefined || indices === undefined || (call.number(['batch_dims']) ?? 0) !== 0) return undefined;
  const along = call.isKeras
    ? axisOrFlat(call, x, 2)
    : { axis: axisOf(x, call.number(['axis'], 3) ?? 0), tensor: x };
  if (along?.axis === undefined) return undefined;
  return gather(g, along.tensor, fromStart(g, indices, along.tensor, along.axis), along.axis);
}

function takeAlong(call: OperationCall): Operated | undefined {
  const { g } = call;
  const [x, indices] = [call.tensor(0, ['x']), call.tensor(1, ['indices'])];
  if (x === undefined || indices === undefined || rank(x) !== rank(indices)) return undefined;
  const axis = axisOf(x, call.number(['axis'], 2) ?? 0);
  if (axis === undefined || call.number(['axis'], 2) === undefined) return undefined;
  const last = rank(x) - 1;
  const fits = x.shape.every((size, index) => index === axis || size === (indices.shape[index] ?? null));
  if (!fits) return undefined;
  const others = [...x.shape.keys()].filter((each) => each !== axis);
  const table = transpose(g, x, [...others, axis]);
  return alongLast(g, cast(g, indices, 'int32'), axis, (moved) =>
    g.node(
      'GatherV2',
      [table, fromStart(g, moved, table, last), g.integers([last], [])],
      { shape: moved.shape, dtype: x.dtype },
      {
        Tparams: typeValue(x.dtype),
        Tindices: typeValue('int32'),
        Taxis: typeValue('int32'),
        batch_dims: { i: String(last) },
      },
    ),
  );
}

/** In rising order, or where the elements of that order are. */
const sorted = (part: 0 | 1) =>
  onTensor((x, call) => {
    const { g } = call;
    const axis = axisOf(x, call.number(['axis'], 1) ?? -1);
    const isFalling = call.text(['direction'], 2) === 'DESCENDING';
    if (axis === undefined || x.dtype === 'bool') return undefined;
    return alongLast(g, x, axis, (moved) => {
      const found = largest(g, isFalling ? moved : unary(g, 'Neg', moved))[part];
      return isFalling || part === 1 ? found : unary(g, 'Neg', found);
    });
  });

const topK = onTensor((x, call) => {
  const k = call.number(['k'], 1) ?? 1;
  return Number.isInteger(k) && k > 0 ? largest(call.g, x, k) : undefined;
});

const oneHotOperation = onTensor((given, call) => {
  const { g } = call;
  const x = cast(g, given, 'int32');
  const classes = call.number(['num_classes', 'depth'], 1);
  const hasValues = ['on_value', 'off_value'].some((name) => call.value([name]) !== undefined);
  if (classes === undefined || hasValues) return undefined;
  return oneHot(g, x, classes, { axis: call.axis(x, call.isKeras ? 2 : 4, -1, 1) });
});

const multiHot = onTensor((given, call) => {
  const x = cast(call.g, given, 'int32');
  const classes = call.number(['num_classes', 'num_tokens'], 1);
  if (classes === undefined || (call.number(['axis'], 2) ?? -1) !== -1) return undefined;
  return reduce(call.g, 'Max', oneHot(call.g, x, classes, { axis: rank(x) }), [rank(x) > 1 ? 1 : 0]);
});

/** How many of some sorted limits are less than each value, or less or equal. */
function counted(
  x: SymbolicTensor | undefined,
  limits: SymbolicTensor | undefined,
  { g }: OperationCall,
  isEqual: boolean,
): Operated | undefined {
  if (x === undefined || limits === undefined || rank(limits) !== 1) return undefined;
  const wide = expandDimension(g, cast(g, x, 'float32'), -1);
  const isPassed = binary(g, isEqual ? 'GreaterEqual' : 'Greater', wide, cast(g, limits, 'float32'));
  return reduce(g, 'Sum', cast(g, isPassed, 'int32'), [rank(x)]);
}

/** Operations that look elements up by their places, or the places of elements. */
export const INDEXING: Operations = {
  argsort: sorted(1),
  digitize: (call) => counted(call.tensor(0, ['x']), call.tensor(1, ['bins']), call, true),
  gather: take,
  multi_hot: multiHot,
  one_hot: oneHotOperation,
  search_sorted: (call) =>
    counted(
      call.tensor(1, ['values']),
      call.tensor(0, ['sorted_sequence']),
      call,
      call.text(['side'], 2) === 'right',
    ),
  sort: sorted(0),
  take,
  take_along_axis: takeAlong,
  top_k: topK,
};
