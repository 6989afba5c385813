import { countUp, fill } from '../../../builder/creation.ts';
import { add, binary, multiply } from '../../../builder/elementwise.ts';
import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import { reduce } from '../../../builder/reductions.ts';
import { type Dimension, dimensions, reshape, shapeTensor } from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { axisIn, input, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import { type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';
import { fromStart, productOf, scalarOf } from '../shapes/sizes.ts';
import { elementPlaces, placesFromStart } from './gathering.ts';

const REDUCTIONS = ['none', 'add', 'mul', 'max', 'min'] as const;
type Reduction = (typeof REDUCTIONS)[number];

const OPERATIONS: Readonly<Record<Exclude<Reduction, 'mul'>, string>> = {
  none: 'TensorScatterUpdate',
  add: 'TensorScatterAdd',
  max: 'TensorScatterMax',
  min: 'TensorScatterMin',
};

/** Puts updates at places, whose last dimension has an index for each of the first axes. */
function scatter(
  g: NodeBuilder,
  x: SymbolicTensor,
  places: SymbolicTensor,
  updates: SymbolicTensor,
  reduction: Reduction,
): SymbolicTensor {
  if (reduction === 'mul') return scatterProducts(g, x, places, updates);
  return g.node(
    OPERATIONS[reduction],
    [x, places, updates],
    { shape: x.shape },
    { Tindices: typeValue('int32') },
  );
}

/** Products of all updates of a place, an element or a slice, times what is there. */
function scatterProducts(
  g: NodeBuilder,
  x: SymbolicTensor,
  places: SymbolicTensor,
  updates: SymbolicTensor,
): SymbolicTensor {
  const depth = places.shape.at(-1) ?? refuse('has places of a length that the request decides');
  const sizes = dimensions(g, x);
  const [outer, inner] = [sizes.slice(0, depth), productOf(g, sizes.slice(depth))];
  const strides = outer.map((_, axis) => productOf(g, outer.slice(axis + 1)));
  const steps = multiply(g, places, shapeTensor(g, strides));
  const flat = reduce(g, 'Sum', steps, [rank(places) - 1]);
  const count = productOf(g, outer);
  const length: Dimension = productOf(g, dimensions(g, flat));
  const products = g.node(
    'UnsortedSegmentProd',
    [reshape(g, updates, [length, inner]), reshape(g, flat, [length]), scalarOf(g, count)],
    {
      shape: [typeof count === 'number' ? count : null, typeof inner === 'number' ? inner : null],
      dtype: x.dtype,
    },
    { Tindices: typeValue('int32'), Tnumsegments: typeValue('int32') },
  );
  return multiply(g, x, reshape(g, products, sizes));
}

const scatterElements: Operator = (call) => {
  const { g, attributes } = call;
  const [x, indices, updates] = [input(call, 0), input(call, 1), input(call, 2)];
  const axis = axisIn(rank(x), attributes.integer('axis', 0));
  const reduction = attributes.choice('reduction', REDUCTIONS, 'none');
  const places = elementPlaces(
    g,
    dimensions(g, indices),
    axis,
    fromStart(g, indices, dimensions(g, x)[axis] ?? 1),
  );
  return ofType(x, scatter(g, x, places, updates, reduction));
};

const scatterNd: Operator = (call) => {
  const { g, attributes } = call;
  const [x, indices, updates] = [input(call, 0), input(call, 1), input(call, 2)];
  const reduction = attributes.choice('reduction', REDUCTIONS, 'none');
  return ofType(x, scatter(g, x, placesFromStart(g, x, indices), updates, reduction));
};

/** Writes an update into a buffer along an axis, at a place of each row of the batch; circular places begin anew. */
const tensorScatter: Operator = (call) => {
  const { g, attributes, inputs } = call;
  const [x, update, starts] = [input(call, 0), input(call, 1), inputs[2]];
  const axis = axisIn(rank(x), attributes.integer('axis', -2));
  const isCircular = attributes.choice('mode', ['linear', 'circular'], 'linear') === 'circular';
  const [size = 1] = dimensions(g, x).slice(axis);
  const sizes = dimensions(g, update);
  const ones = sizes.map(() => 1);
  const along = reshape(g, countUp(g, sizes[axis] ?? 1), [
    ...ones.slice(0, axis),
    sizes[axis] ?? 1,
    ...ones.slice(axis + 1),
  ]);
  const moved =
    starts === undefined ? along : add(g, along, reshape(g, starts, [sizes[0] ?? 1, ...ones.slice(1)]));
  const own = isCircular ? binary(g, 'FloorMod', moved, size) : moved;
  const zeros = fill(g, sizes, 0, 'int32');
  const places = elementPlaces(g, sizes, axis, add(g, own, zeros));
  return ofType(x, scatter(g, x, places, update, 'none'));
};

const ofType = ({ type }: OnnxTensor, result: SymbolicTensor): OnnxTensor => typed(result, type);

export const SCATTERING: OperatorTable = {
  Scatter: scatterElements,
  ScatterElements: scatterElements,
  ScatterND: scatterNd,
  TensorScatter: tensorScatter,
};
