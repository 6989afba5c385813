import type { GraphNode } from '@tensorflow/tfjs-converter';
import { concat, engine, split, type Tensor } from '@tensorflow/tfjs-core';
import {
  inputOf,
  numbersAttribute,
  type Operation,
  type Operations,
  refuse,
  textAttribute,
} from '../operation.ts';

/** The numbers of the spatial dimensions; those of the batch and of the channels are 1. */
function ofImage(node: GraphNode, name: string, dimensions: number): number[] {
  const given = numbersAttribute(node, name);
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

/** tfjs refuses strides and dilations together, which the replacements of its kernels compute. */
function convolve(kernel: 'Conv2D' | 'Conv3D' | 'DepthwiseConv2dNative', dimensions: 2 | 3) {
  return (node: GraphNode, x: Tensor, filter: Tensor): Tensor =>
    engine().runKernel(
      kernel,
      { x, filter },
      {
        strides: ofImage(node, 'strides', dimensions),
        dilations: ofImage(node, 'dilations', dimensions),
        pad: padding(node, dimensions),
        dataFormat: dimensions === 2 ? 'NHWC' : 'NDHWC',
      },
    );
}

const convolveImages = convolve('Conv2D', 2);

/** Where a filter has fewer channels than the image, each group of channels has filters of its own. */
const convolution: Operation = (node) => {
  const [x, filter] = [inputOf(node, 0), inputOf(node, 1)];
  const groups = (x.shape[3] ?? 0) / (filter.shape[2] ?? 0);
  if (!Number.isInteger(groups) || groups < 2 || (filter.shape[3] ?? 0) % groups !== 0)
    return convolveImages(node, x, filter);
  const filters = split(filter, groups, 3);
  return concat(
    split(x, groups, 3).map((channels, group) => convolveImages(node, channels, filters[group] ?? filter)),
    3,
  );
};

const withFilter =
  (compute: (node: GraphNode, x: Tensor, filter: Tensor) => Tensor): Operation =>
  (node) =>
    compute(node, inputOf(node, 0), inputOf(node, 1));

export const CONVOLUTIONS: Operations = {
  Conv2D: convolution,
  Conv3D: withFilter(convolve('Conv3D', 3)),
  DepthwiseConv2dNative: withFilter(convolve('DepthwiseConv2dNative', 2)),
};
