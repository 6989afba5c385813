import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { pad } from '../../../builder/shaping.ts';
import { convolve, convolveDepthwise } from '../../../builder/spatial/convolve.ts';
import { type Window, windowed } from '../../../builder/spatial/windows.ts';
import { stridedSlice } from '../../../builder/strided_slice.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { knownSize, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import { refuse, refuseMalformed } from '../../conversion/refusal.ts';
import type { TfliteTensor } from '../../tensors/tflite_tensor.ts';
import { partsOf, weighted } from './weighted.ts';
import { windowOf } from './window_options.ts';

/** The sizes of weights, whose rank has to be a certain one. */
function sizesOf(weights: TfliteTensor, x: TfliteTensor, dimensions: number): number[] {
  if (rank(weights) !== dimensions || rank(x) !== dimensions)
    refuseMalformed(`takes ${rank(x)} dimensions, weights of ${rank(weights)}, and needs ${dimensions}`);
  return weights.shape.map((_, axis) => knownSize(weights, axis, 'weights of known sizes'));
}

const misfit = () => refuse('has a window that does not fit its input');

/** [batch, height, width, channels] with filters [filters, height, width, channels / groups]. */
const convolution: Operator = (call) => {
  const options = call.options.read('Conv2DOptions');
  const parts = partsOf(call);
  const { x, weights } = parts;
  const [filters = 1, height = 1, width = 1, own = 1] = sizesOf(weights, x, 4);
  const window = windowOf(
    [height, width],
    [options.stride_h, options.stride_w],
    [options.dilation_h_factor, options.dilation_w_factor],
    options.padding,
  );
  const channels = knownSize(x, 3, 'a known number of channels');
  const groups = channels / own;
  if (!Number.isInteger(groups) || filters % groups !== 0)
    refuseMalformed(`has ${channels} channels, and filters for ${own}`);
  return weighted(call, {
    ...parts,
    axis: 0,
    arrangement: { order: [1, 2, 3, 0] },
    activation: options.fused_activation_function,
    product: (tensor, kernel) => convolve(call.g, tensor, kernel, window, groups) ?? misfit(),
  });
};

/** [batch, height, width, channels] with filters [1, height, width, channels * multiplier]. */
const depthwise: Operator = (call) => {
  const { g } = call;
  const options = call.options.read('DepthwiseConv2DOptions');
  const parts = partsOf(call);
  const [, height = 1, width = 1, filters = 1] = sizesOf(parts.weights, parts.x, 4);
  const window = windowOf(
    [height, width],
    [options.stride_h, options.stride_w],
    [options.dilation_h_factor, options.dilation_w_factor],
    options.padding,
  );
  const channels = knownSize(parts.x, 3, 'a known number of channels');
  const multiplier = filters / channels;
  if (!Number.isInteger(multiplier)) refuseMalformed(`has ${channels} channels, and ${filters} filters`);
  return weighted(call, {
    ...parts,
    axis: 3,
    arrangement: { shape: [height, width, channels, multiplier] },
    activation: options.fused_activation_function,
    product: (tensor, kernel) =>
      // One channel with its filters is what a convolution takes, whatever its strides are.
      channels === 1
        ? (convolve(g, tensor, kernel, window) ?? misfit())
        : (convolveDepthwise(g, tensor, kernel, window) ?? withDifferentStrides(g, tensor, kernel, window)),
  });
};

/** TensorFlow has no depthwise strides that differ: all positions are computed, and some are taken. */
function withDifferentStrides(
  g: NodeBuilder,
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  { size, strides, dilations, padding }: Window,
): SymbolicTensor {
  const space = x.shape.slice(1, -1);
  const given = windowed(space, { size, strides, dilations, padding }) ?? misfit();
  const around = space.map((length, index): [number, number] => {
    if (padding === 'valid') return [0, 0];
    const known = length ?? refuse('has strides that differ, for an image whose size the request decides');
    const reach = ((size[index] ?? 1) - 1) * (dilations[index] ?? 1) + 1;
    const total = Math.max(((given[index] ?? 1) - 1) * (strides[index] ?? 1) + reach - known, 0);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  });
  const padded = pad(g, x, [[0, 0], ...around, [0, 0]]);
  const all = convolveDepthwise(g, padded, kernel, {
    size,
    strides: [1, 1],
    dilations,
    padding: 'valid',
  });
  if (all === undefined) return misfit();
  const ranges = { begin: [0, 0, 0, 0], end: [0, 0, 0, 0], steps: [1, ...strides, 1] };
  const shape = [all.shape[0] ?? null, ...given, all.shape[3] ?? null];
  return stridedSlice(g, all, ranges, shape, { begin: 15, end: 15 });
}

/** [batch, depth, height, width, channels] with filters [depth, height, width, channels / groups, filters]. */
const solid: Operator = (call) => {
  const options = call.options.read('Conv3DOptions');
  const parts = partsOf(call);
  const [depth = 1, height = 1, width = 1, own = 1] = sizesOf(parts.weights, parts.x, 5);
  const window = windowOf(
    [depth, height, width],
    [options.stride_d, options.stride_h, options.stride_w],
    [options.dilation_d_factor, options.dilation_h_factor, options.dilation_w_factor],
    options.padding,
  );
  const groups = knownSize(parts.x, 4, 'a known number of channels') / own;
  if (!Number.isInteger(groups)) refuseMalformed(`has filters for ${own} channels`);
  return weighted(call, {
    ...parts,
    axis: 4,
    arrangement: {},
    activation: options.fused_activation_function,
    product: (tensor, kernel) => convolve(call.g, tensor, kernel, window, groups) ?? misfit(),
  });
};

export const CONVOLUTION: OperatorTable = {
  CONV_2D: { convert: convolution, quantized: 'itself' },
  CONV_3D: { convert: solid, quantized: 'itself' },
  DEPTHWISE_CONV_2D: { convert: depthwise, quantized: 'itself' },
};
