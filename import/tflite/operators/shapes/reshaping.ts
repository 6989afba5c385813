import { typeValue } from '../../../builder/node_builder.ts';
import {
  type Dimension,
  dimensions,
  expandDimension,
  reshape,
  shapeTensor,
  squeeze,
  transpose,
} from '../../../builder/shaping.ts';
import { knownCount, rank, type Shape, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { asCodes } from '../../conversion/entries.ts';
import {
  axesIn,
  axisIn,
  constantNumbers,
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { refuse, refuseMalformed } from '../../conversion/refusal.ts';
import { followed, followedTensor } from '../../tensors/followed.ts';
import type { TfliteTensor } from '../../tensors/tflite_tensor.ts';

/** The same elements under another shape, where they are followed. */
function withFollowed({ g }: OperatorCall, x: TfliteTensor, result: SymbolicTensor): SymbolicTensor {
  const elements = rank(result) <= 1 ? followed(x) : undefined;
  return elements === undefined ? result : followedTensor(g, elements, rank(result) === 0);
}

/** The new shape is an input, or an option of old files. */
const reshapeOperator: Operator = (call) => {
  const { g, inputs, options } = call;
  const x = input(call, 0);
  const target = inputs[1];
  const given = target === undefined ? options.read('ReshapeOptions').new_shape : target.elements;
  if (given !== undefined) return withFollowed(call, x, reshapeTo(call, x, readSizes(x, given)));
  const [length] = target?.shape ?? [];
  if (target === undefined || typeof length !== 'number')
    return refuse('has a shape of a length that the request decides');
  const shape = Array.from({ length }, () => null);
  return g.node('Reshape', [x, target], { shape }, { Tshape: typeValue('int32') });
};

/** Old files write the shape of a scalar as [0]. */
function readSizes(x: TfliteTensor, sizes: readonly Dimension[]): readonly Dimension[] {
  return sizes.length === 1 && sizes[0] === 0 && knownCount(x.shape) === 1 ? [] : sizes;
}

/** @param sizes of which one may be -1 */
function reshapeTo({ g }: OperatorCall, x: TfliteTensor, sizes: readonly Dimension[]): SymbolicTensor {
  const inferred = sizes.indexOf(-1);
  if (inferred < 0) return reshape(g, x, sizes);
  const count = knownCount(x.shape);
  const others = sizes.filter((_, index) => index !== inferred);
  const numbers = others.filter((size) => typeof size === 'number');
  const product = numbers.reduce((all, size) => all * size, 1);
  if (count !== undefined && numbers.length === others.length && product > 0) {
    if (count % product !== 0) refuseMalformed(`gives a shape that ${count} elements do not fill`);
    return reshape(g, x, sizes.with(inferred, count / product));
  }
  const shape: Shape = sizes.map((size) => (typeof size === 'number' && size >= 0 ? size : null));
  return g.node('Reshape', [x, shapeTensor(g, sizes)], { shape }, { Tshape: typeValue('int32') });
}

const squeezeOperator: Operator = (call) => {
  const { g, options } = call;
  const x = input(call, 0);
  const given = options.read('SqueezeOptions').squeeze_dims ?? [];
  if (given.length === 0 && x.shape.includes(null))
    refuse('leaves out every size that is 1, which the request decides');
  const axes =
    given.length === 0 ? [...x.shape.keys()].filter((axis) => x.shape[axis] === 1) : axesIn(rank(x), given);
  return withFollowed(call, x, axes.length === 0 ? x : squeeze(g, x, axes));
};

const expandDimensions: Operator = (call) => {
  const x = input(call, 0);
  const [axis = 0] = constantNumbers(input(call, 1), 'an axis');
  return withFollowed(call, x, expandDimension(call.g, x, axisIn(rank(x) + 1, axis)));
};

const transposeOperator: Operator = (call) => {
  const x = input(call, 0);
  const order = constantNumbers(input(call, 1), 'an order');
  if (new Set(order).size !== rank(x))
    refuseMalformed(`has an order of ${order.length} for a tensor of ${rank(x)} dimensions`);
  return withFollowed(call, x, transpose(call.g, x, axesIn(rank(x), order)));
};

/** The sizes of a tensor. */
const shapeOperator: Operator = (call) => followedTensor(call.g, dimensions(call.g, input(call, 0)));

const rankOperator: Operator = (call) => followedTensor(call.g, [rank(input(call, 0))], true);

export const RESHAPING: OperatorTable = {
  EXPAND_DIMS: asCodes(expandDimensions),
  RANK: asCodes(rankOperator),
  RESHAPE: asCodes(reshapeOperator),
  SHAPE: asCodes(shapeOperator),
  SQUEEZE: asCodes(squeezeOperator),
  TRANSPOSE: asCodes(transposeOperator),
};
