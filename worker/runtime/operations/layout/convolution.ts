import type { GraphNode } from '@tensorflow/tfjs-converter';
import { concat, engine, split, type Tensor } from '@tensorflow/tfjs-core';
import { DEFAULT_LEAKY_SLOPE } from '../../kernels/gate/rules/products/fused.ts';
import {
  inputOf,
  numberAttribute,
  numbersAttribute,
  type Operation,
  type Operations,
  refuse,
  textAttribute,
  textsAttribute,
} from '../operation.ts';

/** The numbers of the spatial dimensions; those of the batch and of the channels are 1, as all are that a node leaves out. */
function ofImage(node: GraphNode, name: string, dimensions: number): number[] {
  const given = numbersAttribute(node, name);
  if (given.length === 0) return Array.from({ length: dimensions }, () => 1);
  if (given.length !== dimensions + 2 || given.at(0) !== 1 || given.at(-1) !== 1)
    refuse(node, `${name} [${given}] of the batch or of the channels are not 1`);
  return given.slice(1, -1);
}

function padding(node: GraphNode, dimensions: number): 'same' | 'valid' | [number, number][] {
  const name = textAttribute(node, 'padding').toLowerCase();
  if (name === 'same' || name === 'valid') return name;
  const given = numbersAttribute(node, 'explicit_paddings');
  if (name !== 'explicit' || given.length !== 2 * (dimensions + 2))
    return refuse(node, `the padding "${name}" is not known`);
  if ([0, 1, -2, -1].some((index) => given.at(index) !== 0))
    refuse(node, 'the batch or the channels are padded');
  return Array.from({ length: dimensions + 2 }, (_, dimension) => [
    given[2 * dimension] ?? 0,
    given[2 * dimension + 1] ?? 0,
  ]);
}

function windowOf(node: GraphNode, dimensions: 2 | 3) {
  return {
    strides: ofImage(node, 'strides', dimensions),
    dilations: ofImage(node, 'dilations', dimensions),
    pad: padding(node, dimensions),
    dataFormat: dimensions === 2 ? 'NHWC' : 'NDHWC',
  };
}

/** tfjs refuses strides and dilations together, which the replacements of its kernels compute. */
const convolve =
  (kernel: 'Conv3D' | 'DepthwiseConv2dNative', dimensions: 2 | 3): Operation =>
  (node) =>
    engine().runKernel(kernel, { x: inputOf(node, 0), filter: inputOf(node, 1) }, windowOf(node, dimensions));

/** The parts of a convolution that belong to some of its results. */
interface Group {
  readonly x: Tensor;
  readonly filter: Tensor;
  readonly bias?: Tensor;
}

/** Where a filter has fewer channels than the image, each group of channels has filters of its own. */
function inGroups(whole: Group, compute: (group: Group) => Tensor): Tensor {
  const { x, filter, bias } = whole;
  const groups = (x.shape[3] ?? 0) / (filter.shape[2] ?? 0);
  if (!Number.isInteger(groups) || groups < 2 || (filter.shape[3] ?? 0) % groups !== 0) return compute(whole);
  const filters = split(filter, groups, 3);
  const biases = bias && split(bias, groups, 0);
  return concat(
    split(x, groups, 3).map((channels, group) => {
      const own = biases?.[group];
      return compute({ x: channels, filter: filters[group] ?? filter, ...(own && { bias: own }) });
    }),
    3,
  );
}

const convolution: Operation = (node) =>
  inGroups({ x: inputOf(node, 0), filter: inputOf(node, 1) }, ({ x, filter }) =>
    engine().runKernel('Conv2D', { x, filter }, windowOf(node, 2)),
  );

/** With a bias and an activation, as the import has made sure. The slopes of Prelu are for all channels together. */
const fusedConvolution: Operation = (node) => {
  const [, activation = 'linear'] = textsAttribute(node, 'fused_ops').map((name) => name.toLowerCase());
  const attributes = {
    ...windowOf(node, 2),
    activation,
    leakyreluAlpha: numberAttribute(node, 'leakyrelu_alpha', DEFAULT_LEAKY_SLOPE),
  };
  const whole = { x: inputOf(node, 0), filter: inputOf(node, 1), bias: inputOf(node, 2) };
  if (activation === 'prelu')
    return engine().runKernel(
      'FusedConv2D',
      { ...whole, preluActivationWeights: inputOf(node, 3) },
      attributes,
    );
  return inGroups(whole, (group) => engine().runKernel('FusedConv2D', { ...group }, attributes));
};

export const CONVOLUTIONS: Operations = {
  Conv2D: convolution,
  Conv3D: convolve('Conv3D', 3),
  DepthwiseConv2dNative: convolve('DepthwiseConv2dNative', 2),
  _FusedConv2D: fusedConvolution,
};
