import { countUp } from '../../../builder/creation.ts';
import { binary, cast } from '../../../builder/elementwise.ts';
import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import { reduce } from '../../../builder/reductions.ts';
import {
  dimension,
  dimensions,
  expandDimension,
  gather,
  reshape,
  transpose,
} from '../../../builder/shaping.ts';
import { largest } from '../../../builder/sorting.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { axisIn, input, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import { typed } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';
import { reversedOrder } from '../reductions/extremes.ts';
import { productOf, scalarOf } from '../shapes/sizes.ts';

/** The different elements of a tensor, or slices along an axis, sorted or in the order of their first places. */
const unique: Operator = (call) => {
  const { g, attributes, outputCount } = call;
  const given = input(call, 0);
  const named = attributes.integer('axis');
  const x = named === undefined ? reshape(g, given, [productOf(g, dimensions(g, given))]) : given;
  const axis = axisIn(rank(x), named ?? 0);
  const [found, inverse, counts] = differing(g, x, axis);
  const count = dimension(g, found, axis);
  const first = segmentMinimum(g, countUp(g, dimension(g, x, axis)), inverse, scalarOf(g, count));
  const isSorted = attributes.flag('sorted', true);
  if (isSorted && x.dtype === 'string') refuse('sorts texts, which is not computed; make it unsorted');
  const order = isSorted ? (rank(x) === 1 ? orderOf(g, found) : orderOfSlices(g, found, axis)) : undefined;
  const sorted = (tensor: SymbolicTensor, along = 0) =>
    order === undefined ? tensor : gather(g, tensor, order, along);
  const places = order && g.node('InvertPermutation', [order], { shape: [null], dtype: 'int32' });
  const all = [
    typed(sorted(found, axis), given.type),
    typed(sorted(first), 'INT64'),
    typed(places === undefined ? inverse : gather(g, places, inverse, 0), 'INT64'),
    typed(sorted(counts), 'INT64'),
  ];
  return all.slice(0, outputCount);
};

/** What differs in the order of its first place, which of it each element or slice is, and how often it is there. */
function differing(
  g: NodeBuilder,
  x: SymbolicTensor,
  axis: number,
): readonly [found: SymbolicTensor, inverse: SymbolicTensor, counts: SymbolicTensor] {
  const isList = rank(x) === 1;
  const length = x.shape[axis] ?? null;
  const [found, inverse, counts] = g.nodeWith(
    isList ? 'UniqueWithCounts' : 'UniqueWithCountsV2',
    isList ? [x] : [x, g.integers([axis])],
    [
      { shape: x.shape.with(axis, null) },
      { shape: [length], dtype: 'int32' },
      { shape: [null], dtype: 'int32' },
    ],
    { out_idx: typeValue('int32'), ...(isList ? {} : { Taxis: typeValue('int32') }) },
  );
  if (found === undefined || inverse === undefined || counts === undefined) throw new Error('it gives three');
  return [found, inverse, counts];
}

/** Where the smallest element is, and so on. */
function orderOf(g: NodeBuilder, x: SymbolicTensor): SymbolicTensor {
  const [, order] = largest(
    g,
    reversedOrder(g, x.dtype === 'bool' ? cast(g, x, 'int32') : x),
    dimension(g, x, 0),
  );
  return order;
}

/** The same of slices, which their first element that differs puts in order: each is compared with each. */
function orderOfSlices(g: NodeBuilder, x: SymbolicTensor, axis: number): SymbolicTensor {
  const numbers = x.dtype === 'bool' ? cast(g, x, 'int32') : x;
  const first = transpose(g, numbers, [axis, ...[...x.shape.keys()].filter((each) => each !== axis)]);
  const [count = 1, ...rest] = dimensions(g, first);
  const rows = reshape(g, first, [count, productOf(g, rest)]);
  const [one, other] = [expandDimension(g, rows, 1), expandDimension(g, rows, 0)];
  const differs = cast(g, binary(g, 'NotEqual', one, other), 'int32');
  const before = g.node(
    'Cumsum',
    [differs, g.integers([2], [])],
    { shape: differs.shape },
    { exclusive: { b: true }, reverse: { b: false }, Tidx: typeValue('int32') },
  );
  const isFirst = binary(g, 'Equal', before, 0);
  const isLess = reduce(g, 'Any', binary(g, 'LogicalAnd', isFirst, binary(g, 'Less', other, one)), [2]);
  const places = reduce(g, 'Sum', cast(g, isLess, 'int32'), [1]);
  return g.node('InvertPermutation', [places], { shape: places.shape });
}

function segmentMinimum(
  g: NodeBuilder,
  values: SymbolicTensor,
  segments: SymbolicTensor,
  count: SymbolicTensor,
): SymbolicTensor {
  return g.node(
    'UnsortedSegmentMin',
    [values, segments, count],
    { shape: [null], dtype: 'int32' },
    { Tindices: typeValue('int32'), Tnumsegments: typeValue('int32') },
  );
}

export const UNIQUE: OperatorTable = { Unique: unique };
