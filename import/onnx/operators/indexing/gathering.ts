import { countUp, oneHot } from '../../../builder/creation.ts';
import { add, binary, cast, multiply, select } from '../../../builder/elementwise.ts';
import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import { reduce } from '../../../builder/reductions.ts';
import {
  concatenate,
  type Dimension,
  dimensions,
  gather,
  reshape,
  shapeTensor,
  stack,
  transpose,
} from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { axisIn, castTo, input, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import { elementsTensor, followed } from '../../values/elements.ts';
import { numbersOf, type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';
import { fromStart, onlyElement, productOf } from '../shapes/sizes.ts';

const gatherOperator: Operator = (call) => {
  const { g, attributes } = call;
  const [x, indices] = [input(call, 0), input(call, 1)];
  const axis = axisIn(rank(x), attributes.integer('axis', 0));
  const list = followed(x);
  const places = numbersOf(indices);
  if (list !== undefined && places !== undefined && rank(indices) <= 1) {
    const picked = places.flatMap((place) => list[place < 0 ? place + list.length : place] ?? []);
    if (picked.length === places.length) return elementsTensor(g, picked, x.type, rank(indices) === 0);
  }
  const from = fromStart(g, castTo(g, indices, 'INT64'), dimensions(g, x)[axis] ?? 1);
  return typed(gather(g, x, from, axis), x.type);
};

/** The place along each axis of every element of a tensor: [...sizes, rank]. One axis has other places. */
export function elementPlaces(
  g: NodeBuilder,
  sizes: readonly Dimension[],
  axis: number,
  places: SymbolicTensor,
): SymbolicTensor {
  const zeros = multiply(g, places, 0);
  const all = sizes.map((size, each) => {
    if (each === axis) return places;
    const along = sizes.map((_, position) => (position === each ? size : 1));
    return add(g, reshape(g, countUp(g, size), along), zeros);
  });
  return stack(g, all, sizes.length);
}

const gatherElements: Operator = (call) => {
  const { g, attributes } = call;
  const [x, indices] = [input(call, 0), input(call, 1)];
  const axis = axisIn(rank(x), attributes.integer('axis', 0));
  const places = fromStart(g, indices, dimensions(g, x)[axis] ?? 1);
  const where = elementPlaces(g, dimensions(g, indices), axis, places);
  return typed(gatherPlaces(g, x, where), x.type);
};

/** The elements or slices at places, whose last dimension has an index for each of the first axes. */
export function gatherPlaces(g: NodeBuilder, x: SymbolicTensor, places: SymbolicTensor): SymbolicTensor {
  const depth = places.shape.at(-1) ?? refuse('has places of a length that the request decides');
  return g.node(
    'GatherNd',
    [x, places],
    { shape: [...places.shape.slice(0, -1), ...x.shape.slice(depth)] },
    { Tparams: typeValue(x.dtype), Tindices: typeValue('int32') },
  );
}

/** Indices that may count from the end, for the first axes of a tensor. */
export function placesFromStart(
  g: NodeBuilder,
  x: OnnxTensor,
  indices: OnnxTensor,
  skipped = 0,
): SymbolicTensor {
  const numbers = numbersOf(indices);
  if (numbers?.every((value) => value >= 0)) return indices;
  const depth = indices.shape.at(-1) ?? refuse('has places of a length that the request decides');
  const sizes = shapeTensor(g, dimensions(g, x).slice(skipped, skipped + depth));
  return select(g, binary(g, 'Less', indices, 0), add(g, indices, sizes), indices);
}

const gatherNd: Operator = (call) => {
  const { g, attributes } = call;
  const [x, indices] = [input(call, 0), input(call, 1)];
  const batch = attributes.integer('batch_dims', 0);
  const places = placesFromStart(g, x, indices, batch);
  if (batch === 0) return typed(gatherPlaces(g, x, places), x.type);
  const sizes = dimensions(g, indices).slice(0, -1);
  const zeros = multiply(g, reduceLast(g, places), 0);
  const outer = Array.from({ length: batch }, (_, each) => {
    const along = sizes.map((_, position) => (position === each ? (sizes[each] ?? 1) : 1));
    return add(g, reshape(g, countUp(g, sizes[each] ?? 1), along), zeros);
  });
  const prefix = stack(g, outer, sizes.length);
  const whole = concatenate(g, [prefix, places], sizes.length);
  return typed(gatherPlaces(g, x, whole), x.type);
};

function reduceLast(g: NodeBuilder, x: SymbolicTensor): SymbolicTensor {
  return reduce(g, 'Sum', x, [rank(x) - 1]);
}

/** Indices that count from the end are taken; those outside of the depth give the value of off. */
const oneHotOperator: Operator = (call) => {
  const { g, attributes } = call;
  const [given, depth, values] = [input(call, 0), input(call, 1), input(call, 2)];
  const indices = cast(g, given, 'int32');
  const size = onlyElement(g, castTo(g, depth, 'INT64'));
  const known = numbersOf(depth)?.[0];
  const axis = attributes.integer('axis', -1);
  const places = select(g, binary(g, 'Less', indices, 0), add(g, indices, size), indices);
  const [off, on] = [gather(g, values, g.integers([0], []), 0), gather(g, values, g.integers([1], []), 0)];
  const at = axis < 0 ? axis + rank(indices) + 1 : axis;
  return typed(oneHot(g, places, known ?? size, { axis: at, on, off }), values.type);
};

/** The places of the elements that are not zero, [rank, count]. */
const nonZero: Operator = (call) => {
  const { g } = call;
  const x = input(call, 0);
  const isSet = x.type === 'BOOL' ? x : binary(g, 'NotEqual', x, 0);
  return typed(transpose(g, whereSet(g, isSet), [1, 0]), 'INT64');
};

function whereSet(g: NodeBuilder, x: SymbolicTensor): SymbolicTensor {
  return g.node('Where', [x], { shape: [null, rank(x)], dtype: 'int32' });
}

const compress: Operator = (call) => {
  const { g, attributes } = call;
  const [x, condition] = [input(call, 0), input(call, 1)];
  const axis = attributes.integer('axis');
  const places = reshape(g, whereSet(g, condition), [-1 as const]);
  const open: SymbolicTensor = { ...places, shape: [null] };
  if (axis !== undefined) return typed(gather(g, x, open, axisIn(rank(x), axis)), x.type);
  const flat = reshape(g, x, [productOf(g, dimensions(g, x))]);
  return typed(gather(g, flat, open, 0), x.type);
};

const reverseSequence: Operator = (call) => {
  const { g, attributes } = call;
  const [x, lengths] = [input(call, 0), input(call, 1)];
  const result = g.node(
    'ReverseSequence',
    [x, lengths],
    { shape: x.shape },
    {
      Tlen: typeValue('int32'),
      seq_dim: { i: String(attributes.integer('time_axis', 0)) },
      batch_dim: { i: String(attributes.integer('batch_axis', 1)) },
    },
  );
  return typed(result, x.type);
};

export const GATHERING: OperatorTable = {
  Compress: compress,
  Gather: gatherOperator,
  GatherElements: gatherElements,
  GatherND: gatherNd,
  NonZero: nonZero,
  OneHot: oneHotOperator,
  ReverseSequence: reverseSequence,
};
