import { add, binary, divide, maximum, multiply, subtract, unary } from '../../../builder/elementwise.ts';
import { type NodeBuilder, textValue } from '../../../builder/node_builder.ts';
import { moments, reduce } from '../../../builder/reductions.ts';
import { dimensions, expandDimension, pad, reshape } from '../../../builder/shaping.ts';
import { channelsFirst, channelsLast } from '../../../builder/spatial/channels.ts';
import { rank, type SymbolicTensor, sizeOf } from '../../../builder/symbolic_tensor.ts';
import {
  axesIn,
  axisIn,
  input,
  knownSize,
  type Operator,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { typed } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';
import { sumWindows } from './slice_pooling.ts';

/** Numbers of the channels, [channels], for tensors of [batch, channels, ...]. */
function ofChannels(g: NodeBuilder, numbers: SymbolicTensor, dimensions: number): SymbolicTensor {
  let result = numbers;
  for (let axis = 1; axis < dimensions - 1; axis++) result = expandDimension(g, result, axis);
  return result;
}

const batchNormalization: Operator = (call) => {
  const { g, attributes } = call;
  attributes.ignore('momentum', 'consumed_inputs', 'is_test');
  if (!attributes.flag('spatial', true))
    refuse('has numbers for each place (spatial 0), which are not computed');
  if (attributes.flag('training_mode'))
    refuse('is in training mode; export the model for inference (model.eval())');
  const x = input(call, 0);
  const [scale, offset, mean, variance] = [input(call, 1), input(call, 2), input(call, 3), input(call, 4)];
  const epsilon = attributes.float('epsilon', 1e-5);
  if (rank(x) === 4) {
    const outputs = g.nodeWith(
      'FusedBatchNormV3',
      [channelsLast(g, x), scale, offset, mean, variance],
      [{ shape: [sizeOf(x, 0), sizeOf(x, 2), sizeOf(x, 3), sizeOf(x, 1)] }],
      {
        U: { type: 'DT_FLOAT' },
        epsilon: { f: epsilon },
        is_training: { b: false },
        data_format: textValue('NHWC'),
      },
    );
    return typed(channelsFirst(g, outputs[0] ?? x), x.type);
  }
  const factor = multiply(g, unary(g, 'Rsqrt', add(g, variance, epsilon)), scale);
  const shift = subtract(g, offset, multiply(g, mean, factor));
  const scaled = multiply(g, x, ofChannels(g, factor, rank(x)));
  return typed(add(g, scaled, ofChannels(g, shift, rank(x))), x.type);
};

/** Mean 0 and variance 1 over some axes. */
export function standardized(g: NodeBuilder, x: SymbolicTensor, axes: readonly number[], epsilon: number) {
  const { mean, centered, variance } = moments(g, x, axes);
  const inverse = unary(g, 'Rsqrt', add(g, variance, epsilon));
  return { result: multiply(g, centered, inverse), mean, inverse };
}

const instanceNormalization: Operator = (call) => {
  const { g, attributes } = call;
  attributes.ignore('consumed_inputs');
  const [x, scale, offset] = [input(call, 0), input(call, 1), input(call, 2)];
  const axes = [...x.shape.keys()].slice(2);
  const { result } = standardized(g, x, axes, attributes.float('epsilon', 1e-5));
  const scaled = multiply(g, result, ofChannels(g, scale, rank(x)));
  return typed(add(g, scaled, ofChannels(g, offset, rank(x))), x.type);
};

export const layerNormalization: Operator = (call) => {
  const { g, attributes, inputs, outputCount } = call;
  attributes.ignore('stash_type');
  const [x, scale, offset] = [input(call, 0), input(call, 1), inputs[2]];
  const axes = [...x.shape.keys()].slice(axisIn(rank(x), attributes.integer('axis', -1)));
  const { result, mean, inverse } = standardized(g, x, axes, attributes.float('epsilon', 1e-5));
  const scaled = multiply(g, result, scale);
  const y = typed(offset === undefined ? scaled : add(g, scaled, offset), x.type);
  return outputCount === 1 ? y : [y, typed(mean, 'FLOAT'), typed(inverse, 'FLOAT')];
};

export const rmsNormalization: Operator = (call) => {
  const { g, attributes } = call;
  attributes.ignore('stash_type');
  const [x, scale] = [input(call, 0), input(call, 1)];
  const axes = [...x.shape.keys()].slice(axisIn(rank(x), attributes.integer('axis', -1)));
  const { result } = rootMeanSquared(g, x, axes, attributes.float('epsilon', 1e-5));
  return typed(multiply(g, result, scale), x.type);
};

/** Mean square 1 over some axes. */
export function rootMeanSquared(g: NodeBuilder, x: SymbolicTensor, axes: readonly number[], epsilon: number) {
  const square = reduce(g, 'Mean', multiply(g, x, x), axes, true);
  const inverse = unary(g, 'Rsqrt', add(g, square, epsilon));
  return { result: multiply(g, x, inverse), inverse };
}

/** Channels in groups are standardized together. Before operator set 21, a scale is for a group. */
const groupNormalization: Operator = (call) => {
  const { g, attributes, opset } = call;
  attributes.ignore('stash_type');
  const [x, scale, offset] = [input(call, 0), input(call, 1), input(call, 2)];
  const groups = attributes.integer('num_groups') ?? refuse('has no num_groups');
  const channels = knownSize(x, 1, 'a known number of channels');
  const sizes = dimensions(g, x);
  const [batch = 1] = sizes;
  const apart = reshape(g, x, [batch, groups, channels / groups, ...sizes.slice(2)]);
  const axes = [...apart.shape.keys()].slice(2);
  const { result } = standardized(g, apart, axes, attributes.float('epsilon', 1e-5));
  const isOfGroups = opset < 21 && scale.shape[0] === groups && groups !== channels;
  const affine = (y: SymbolicTensor) => {
    const scaled = multiply(g, y, ofChannels(g, scale, rank(y)));
    return add(g, scaled, ofChannels(g, offset, rank(y)));
  };
  return typed(isOfGroups ? reshape(g, affine(result), sizes) : affine(reshape(g, result, sizes)), x.type);
};

/** x / (bias + alpha / size * sum of squares of the channels around)^beta, by TensorFlow's LRN for odd sizes of images. */
const localResponseNormalization: Operator = (call) => {
  const { g, attributes } = call;
  const x = input(call, 0);
  const size = attributes.integer('size') ?? refuse('has no size');
  const [bias, beta] = [attributes.float('bias', 1), attributes.float('beta', 0.75)];
  const alpha = attributes.float('alpha', 1e-4) / size;
  if (size % 2 === 0 || rank(x) !== 4) {
    const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
    const widths = x.shape.map((_, axis): [number, number] => (axis === 1 ? [before, after] : [0, 0]));
    const window = { size: [size], strides: [1], dilations: [1] };
    const sums = sumWindows(g, pad(g, multiply(g, x, x), widths), window);
    const base = add(g, multiply(g, sums, alpha), bias);
    return typed(divide(g, x, binary(g, 'Pow', base, beta)), x.type);
  }
  const last = channelsLast(g, x);
  const normalized = g.node(
    'LRN',
    [last],
    { shape: last.shape },
    {
      depth_radius: { i: String((size - 1) / 2) },
      bias: { f: bias },
      alpha: { f: alpha },
      beta: { f: beta },
    },
  );
  return typed(channelsFirst(g, normalized), x.type);
};

const meanVarianceNormalization: Operator = (call) => {
  const { g, attributes } = call;
  const x = input(call, 0);
  const axes = axesIn(rank(x), attributes.integers('axes') ?? [0, 2, 3]);
  const { centered, variance } = moments(g, x, axes);
  return typed(divide(g, centered, add(g, unary(g, 'Sqrt', variance), 1e-9)), x.type);
};

const lpNormalization: Operator = (call) => {
  const { g, attributes } = call;
  const x = input(call, 0);
  const axis = axisIn(rank(x), attributes.integer('axis', -1));
  const size =
    attributes.integer('p', 2) === 1
      ? reduce(g, 'Sum', unary(g, 'Abs', x), [axis], true)
      : unary(g, 'Sqrt', reduce(g, 'Sum', multiply(g, x, x), [axis], true));
  // Zeros stay zeros.
  return typed(divide(g, x, maximum(g, size, 1e-38)), x.type);
};

export const NORMALIZATION: OperatorTable = {
  BatchNormalization: batchNormalization,
  GroupNormalization: groupNormalization,
  InstanceNormalization: instanceNormalization,
  LRN: localResponseNormalization,
  LayerNormalization: layerNormalization,
  LpNormalization: lpNormalization,
  MeanVarianceNormalization: meanVarianceNormalization,
  RMSNormalization: rmsNormalization,
};
