import { multiply } from '../../../builder/elementwise.ts';
import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import { type Dimension, dimensions, reshape } from '../../../builder/shaping.ts';
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

/** Products of all updates of a place, times what is there. */
function scatterProducts(
  g: NodeBuilder,
  x: SymbolicTensor,
  places: SymbolicTensor,
  updates: SymbolicTensor,
): SymbolicTensor {
  const depth = places.shape.at(-1);
  if (depth !== rank(x)) return refuse('multiplies whole slices, which is not computed');
  const sizes = dimensions(g, x);
  const strides = sizes.map((_, axis) => productOf(g, sizes.slice(axis + 1)));
  const numbers = strides.filter((stride) => typeof stride === 'number');
  if (numbers.length !== strides.length)
    return refuse('multiplies in a tensor whose sizes the request decides');
  const flat = g.node(
    'Sum',
    [multiply(g, places, g.integers(numbers)), g.integers([rank(places) - 1])],
    { shape: places.shape.slice(0, -1), dtype: 'int32' },
    { Tidx: typeValue('int32'), keep_dims: { b: false } },
  );
  const count = productOf(g, sizes);
  const length: Dimension = productOf(g, dimensions(g, updates));
  const products = g.node(
    'UnsortedSegmentProd',
    [reshape(g, updates, [length]), reshape(g, flat, [length]), scalarOf(g, count)],
    { shape: [typeof count === 'number' ? count : null], dtype: x.dtype },
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

const ofType = ({ type }: OnnxTensor, result: SymbolicTensor): OnnxTensor => typed(result, type);

export const SCATTERING: OperatorTable = {
  Scatter: scatterElements,
  ScatterElements: scatterElements,
  ScatterND: scatterNd,
};
