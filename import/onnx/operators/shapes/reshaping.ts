import { fill } from '../../../builder/creation.ts';
import { binary, multiply, select } from '../../../builder/elementwise.ts';
import { typeValue } from '../../../builder/node_builder.ts';
import {
  type Dimension,
  dimensions,
  expandDimension,
  gather,
  reshape,
  shapeTensor,
  squeeze,
  transpose,
} from '../../../builder/shaping.ts';
import { channelsFirst, channelsLast } from '../../../builder/spatial/channels.ts';
import { knownCount, rank, type Shape, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  axesIn,
  input,
  integersOf,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { elementsTensor, followed } from '../../values/elements.ts';
import { numbersOf, type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuse, refuseMalformed } from '../../values/refusal.ts';
import { fromStart, lengthOf, productOf, shapeOfTensor } from './sizes.ts';

/** The same elements under another shape, where they are followed. */
function withFollowed(call: OperatorCall, x: OnnxTensor, result: SymbolicTensor): OnnxTensor {
  const elements = rank(result) <= 1 ? followed(x) : undefined;
  if (elements !== undefined) return elementsTensor(call.g, elements, x.type, rank(result) === 0);
  return typed(result, x.type, x.elements);
}

/** A size of 0 is that of the input, unless zeros are allowed; a size of -1 is what is left. */
const reshapeOperator: Operator = (call) => {
  const { g, attributes } = call;
  attributes.ignore('consumed_inputs');
  const x = input(call, 0);
  const zeros = attributes.flag('allowzero');
  const old = attributes.integers('shape');
  const target = old === undefined ? input(call, 1) : undefined;
  const given = old ?? target?.elements;
  if (given === undefined) return typed(reshapeByTensor(call, x, input(call, 1), zeros), x.type);
  const own = dimensions(g, x);
  const sizes = given.map((size, axis) => {
    if (size !== 0 || zeros) return size;
    return own[axis] ?? refuseMalformed(`keeps size ${axis} of a tensor of ${rank(x)} dimensions`);
  });
  return withFollowed(call, x, reshapeTo(call, x, sizes, own));
};

/** @param sizes of which one may be -1 @param own those of the tensor */
function reshapeTo(
  { g }: OperatorCall,
  x: OnnxTensor,
  sizes: readonly Dimension[],
  own: readonly Dimension[],
): SymbolicTensor {
  const inferred = sizes.indexOf(-1);
  if (inferred < 0) return reshape(g, x, sizes);
  const count = knownCount(x.shape);
  const others = sizes.filter((_, axis) => axis !== inferred);
  const known = others
    .filter((size) => typeof size === 'number')
    .reduce((product, size) => product * size, 1);
  const areKnown = others.every((size) => typeof size === 'number');
  if (count !== undefined && areKnown && known > 0) return reshape(g, x, sizes.with(inferred, count / known));
  // Sizes that are kept leave the others of the tensor.
  const left = x.shape.filter((size, axis) => size !== null || sizes[axis] !== own[axis]);
  const whole = knownCount(left);
  const areKept = sizes.every((size, axis) => typeof size === 'number' || size === own[axis]);
  if (whole !== undefined && areKept && known > 0) return reshape(g, x, sizes.with(inferred, whole / known));
  const shape: Shape = sizes.map((size) => (typeof size === 'number' && size >= 0 ? size : null));
  return g.node('Reshape', [x, shapeTensor(g, sizes)], { shape }, { Tshape: typeValue('int32') });
}

/** By a shape that the request decides, whose length alone is known. */
function reshapeByTensor(
  call: OperatorCall,
  x: OnnxTensor,
  target: OnnxTensor,
  zeros: boolean,
): SymbolicTensor {
  const { g } = call;
  const length = lengthOf(target, 'a shape');
  const own = dimensions(g, x);
  const copied = shapeTensor(
    g,
    Array.from({ length }, (_, axis) => own[axis] ?? 1),
  );
  const sizes = zeros ? target : select(g, binary(g, 'Equal', target, 0), copied, target);
  const shape = Array.from({ length }, () => null);
  return g.node('Reshape', [x, sizes], { shape }, { Tshape: typeValue('int32') });
}

const flatten: Operator = (call) => {
  const x = input(call, 0);
  const axis = call.attributes.integer('axis', 1);
  const from = axis < 0 ? axis + rank(x) : axis;
  const sizes = dimensions(call.g, x);
  const [before, after] = [sizes.slice(0, from), sizes.slice(from)].map((each) => productOf(call.g, each));
  return typed(reshape(call.g, x, [before ?? 1, after ?? 1]), x.type);
};

const squeezeOperator: Operator = (call) => {
  const x = input(call, 0);
  const tensor = call.inputs[1];
  if (tensor !== undefined && numbersOf(tensor) === undefined) return squeezeByTensor(call, x, tensor);
  const given = integersOf(call, 'axes', 1);
  if (given === undefined && x.shape.includes(null)) {
    refuse('leaves out every size that is 1, which the request decides; name the axes');
  }
  const axes =
    given === undefined ? [...x.shape.keys()].filter((axis) => x.shape[axis] === 1) : axesIn(rank(x), given);
  return withFollowed(call, x, axes.length === 0 ? x : squeeze(call.g, x, axes));
};

/** Along axes that the request decides: what is left of the shape. */
function squeezeByTensor({ g }: OperatorCall, x: OnnxTensor, axes: OnnxTensor): OnnxTensor {
  const places = fromStart(g, axes, rank(x));
  const isLeft = g.node(
    'TensorScatterUpdate',
    [g.integers(x.shape.map(() => 1)), expandDimension(g, places, 1), multiply(g, places, 0)],
    { shape: [rank(x)], dtype: 'int32' },
    { Tindices: typeValue('int32') },
  );
  const left = g.node('Where', [binary(g, 'Equal', isLeft, 1)], { shape: [null, 1], dtype: 'int32' });
  const count = Math.max(rank(x) - lengthOf(axes, 'axes'), 0);
  const sizes = gather(g, shapeOfTensor(g, x), reshape(g, left, [count]), 0);
  const shape = Array.from({ length: count }, () => null);
  return typed(g.node('Reshape', [x, sizes], { shape }, { Tshape: typeValue('int32') }), x.type);
}

const unsqueeze: Operator = (call) => {
  const x = input(call, 0);
  const tensor = call.inputs[1];
  if (tensor !== undefined && numbersOf(tensor) === undefined) return unsqueezeByTensor(call, x, tensor);
  const given = integersOf(call, 'axes', 1) ?? refuseMalformed('has no axes');
  const axes = axesIn(rank(x) + given.length, given).sort((one, other) => one - other);
  let result: SymbolicTensor = x;
  for (const axis of axes) result = expandDimension(call.g, result, axis);
  return withFollowed(call, x, result);
};

/** Along axes that the request decides: the sizes of the tensor fill the places that are left. */
function unsqueezeByTensor(call: OperatorCall, x: OnnxTensor, axes: OnnxTensor): OnnxTensor {
  const { g } = call;
  const length = rank(x) + lengthOf(axes, 'axes');
  const places = fromStart(g, axes, length);
  const column = expandDimension(g, places, 1);
  const whole = (value: number) => g.integers(Array.from({ length }, () => value));
  const scatter = (into: SymbolicTensor, where: SymbolicTensor, values: SymbolicTensor) =>
    g.node(
      'TensorScatterUpdate',
      [into, where, values],
      { shape: [length] },
      { Tindices: typeValue('int32') },
    );
  const zeros = multiply(g, places, 0);
  const isLeft = binary(g, 'Equal', scatter(whole(1), column, zeros), 1);
  const left = g.node('Where', [isLeft], { shape: [null, 1], dtype: 'int32' });
  const sizes = scatter(whole(1), left, shapeOfTensor(g, x));
  const shape = Array.from({ length }, () => null);
  return typed(g.node('Reshape', [x, sizes], { shape }, { Tshape: typeValue('int32') }), x.type);
}

const transposeOperator: Operator = (call) => {
  const x = input(call, 0);
  const order = call.attributes.integers('perm') ?? [...x.shape.keys()].reverse();
  if (order.length !== rank(x)) refuseMalformed(`has a perm of ${order.length} for ${rank(x)} dimensions`);
  return typed(transpose(call.g, x, axesIn(rank(x), order)), x.type, rank(x) <= 1 ? x.elements : undefined);
};

const identity: Operator = ({ values }) => [values[0] ?? refuseMalformed('lacks its input 0')];

/** Nothing is left out at inference. The second output says that all elements are kept. */
const dropout: Operator = (call) => {
  call.attributes.ignore('ratio', 'seed', 'is_test', 'consumed_inputs');
  const x = input(call, 0);
  const training = call.inputs[2]?.elements;
  if (call.inputs[2] !== undefined && training?.[0] !== 0) refuse('is in training mode');
  if (call.outputCount < 2) return x;
  const ones = fill(call.g, dimensions(call.g, x), 1, 'int32');
  return [x, typed(binary(call.g, 'Equal', ones, 1), 'BOOL')];
};

const DEPTH = ['DCR', 'CRD'] as const;

/** [batch, channels, rows, columns]: channels become pixels. It is computed with channels last, as convolutions are. */
const depthToSpace: Operator = (call) => {
  const { g, attributes } = call;
  const x = input(call, 0);
  const block = attributes.integer('blocksize', 1);
  const isDepthFirst = attributes.choice('mode', DEPTH, 'DCR') === 'DCR';
  const [batch = 1, , rows = 1, columns = 1] = dimensions(g, x);
  const channels = (x.shape[1] ?? refuse('needs a known number of channels')) / block ** 2;
  const depth = isDepthFirst ? [block, block, channels] : [channels, block, block];
  const order = isDepthFirst ? [0, 1, 3, 2, 4, 5] : [0, 1, 4, 2, 5, 3];
  const moved = transpose(g, reshape(g, channelsLast(g, x), [batch, rows, columns, ...depth]), order);
  const [height, width] = [productOf(g, [rows, block]), productOf(g, [columns, block])];
  return typed(channelsFirst(g, reshape(g, moved, [batch, height, width, channels])), x.type);
};

const spaceToDepth: Operator = (call) => {
  const { g } = call;
  const x = input(call, 0);
  const block = call.attributes.integer('blocksize', 1);
  const [batch = 1, channels, rows, columns] = x.shape.map(
    (size, axis) => size ?? (axis === 0 ? null : refuse(`needs a known size of axis ${axis}`)),
  );
  const [open = 1] = dimensions(g, x);
  const first: Dimension = batch ?? open;
  const [depth = 1, height = 1, width = 1] = [channels ?? 1, (rows ?? 1) / block, (columns ?? 1) / block];
  const apart = reshape(g, channelsLast(g, x), [first, height, block, width, block, depth]);
  const moved = transpose(g, apart, [0, 1, 3, 2, 4, 5]);
  return typed(channelsFirst(g, reshape(g, moved, [first, height, width, depth * block ** 2])), x.type);
};

export const RESHAPING: OperatorTable = {
  DepthToSpace: depthToSpace,
  Dropout: dropout,
  Flatten: flatten,
  Identity: identity,
  Reshape: reshapeOperator,
  SpaceToDepth: spaceToDepth,
  Squeeze: squeezeOperator,
  Transpose: transposeOperator,
  Unsqueeze: unsqueeze,
};
