import type { TensorInfo } from '@tensorflow/tfjs-core';
import { LARGEST_FLOAT32 } from '../../../../model/dtype.ts';
import { perDimension } from '../../gate/rules/products/windows.ts';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';
import { emptyProduct } from './empty_products.ts';
import { fusedFinish } from './fused_finish.ts';
import { forEachTap, isMispadded, leavesPixelsOut, walkWindows } from './window_walk.ts';

export const convolution3D: PlainKernel = (backend, call, [output]) => {
  const x = call.tensor('x');
  const filter = call.tensor('filter');
  const [, , , inChannels = 0, outChannels = 0] = filter.shape;
  const window = filter.shape.slice(0, 3);
  if (!isMispadded(call, window)) return undefined;
  const result = makeOutput(backend, output);
  const walk = walkWindows(call, x.shape, window, result.shape.slice(1, -1));
  const pixels = valuesOf(backend, x);
  const weights = valuesOf(backend, filter);
  const sums = valuesOf(backend, result).fill(0);
  forEachTap(walk, window, (position, pixel, ofWindow) => {
    for (let input = 0; input < inChannels; input++) {
      const value = pixels[pixel * inChannels + input] ?? 0;
      const row = (ofWindow * inChannels + input) * outChannels;
      const to = position * outChannels;
      for (let each = 0; each < outChannels; each++)
        sums[to + each] = (sums[to + each] ?? 0) + value * (weights[row + each] ?? 0);
    }
  });
  return result;
};

/** XNNPACK, which tfjs's kernel calls, computes nothing if no window reaches the last pixels of a padded image. */
export const depthwiseConvolution: PlainKernel = (backend, call, outputs) => {
  const x = call.tensor('x');
  const filter = call.tensor('filter');
  const [, , channels = 0, multiplier = 0] = filter.shape;
  const window = filter.shape.slice(0, 2);
  const shape = outputs[0]?.shape ?? [];
  const empty = emptyProduct(backend, call, outputs);
  if (empty !== undefined || !leavesPixelsOut(call, x.shape, window, shape)) return empty;
  const result = makeOutput(backend, outputs[0]);
  const finish = fusedFinish(backend, call, shape);
  const walk = walkWindows(call, x.shape, window, shape.slice(1, -1));
  const pixels = valuesOf(backend, x);
  const weights = valuesOf(backend, filter);
  const sums = valuesOf(backend, result).fill(0);
  forEachTap(walk, window, (position, pixel, ofWindow) => {
    for (let each = 0; each < channels * multiplier; each++) {
      const to = position * channels * multiplier + each;
      const value = pixels[pixel * channels + Math.floor(each / multiplier)] ?? 0;
      sums[to] = (sums[to] ?? 0) + value * (weights[ofWindow * channels * multiplier + each] ?? 0);
    }
  });
  for (let index = 0; index < sums.length; index++) sums[index] = finish(index, sums[index] ?? 0);
  return result;
};

/** tfjs also pads it wrongly, and then reads outside of its tensors. */
export const transposedConvolution3D: PlainKernel = (backend, call, [output]) => {
  const dy = call.tensor('dy');
  const filter = call.tensor('filter');
  const [, , , inChannels = 0, outChannels = 0] = filter.shape;
  const window = filter.shape.slice(0, 3);
  const result = makeOutput(backend, output);
  const walk = walkWindows(call, result.shape, window, dy.shape.slice(1, -1));
  const gradients = valuesOf(backend, dy);
  const weights = valuesOf(backend, filter);
  const sums = valuesOf(backend, result).fill(0);
  forEachTap(walk, window, (position, pixel, ofWindow) => {
    for (let input = 0; input < inChannels; input++) {
      const row = (ofWindow * inChannels + input) * outChannels;
      const to = pixel * inChannels + input;
      let sum = sums[to] ?? 0;
      for (let each = 0; each < outChannels; each++)
        sum += (gradients[position * outChannels + each] ?? 0) * (weights[row + each] ?? 0);
      sums[to] = sum;
    }
  });
  return result;
};

export const averagePool3D: PlainKernel = (backend, call, [output]) => {
  const x = call.tensor('x');
  const channels = x.shape.at(-1) ?? 0;
  const window = perDimension(call, 'filterSize', 3);
  if (!isMispadded(call, window)) return undefined;
  const result = makeOutput(backend, output);
  const walk = walkWindows(call, x.shape, window, result.shape.slice(1, -1));
  const pixels = valuesOf(backend, x);
  const means = valuesOf(backend, result).fill(0);
  const counts = new Uint32Array(means.length / Math.max(1, channels));
  forEachTap(walk, window, (position, pixel) => {
    counts[position] = (counts[position] ?? 0) + 1;
    for (let channel = 0; channel < channels; channel++) {
      const to = position * channels + channel;
      means[to] = (means[to] ?? 0) + (pixels[pixel * channels + channel] ?? 0);
    }
  });
  for (let index = 0; index < means.length; index++)
    means[index] = (means[index] ?? 0) / (counts[Math.floor(index / channels)] ?? 1);
  return result;
};

/** tfjs starts with the smallest positive number, so that negative maxima are lost. */
export const maxPool3D: PlainKernel = (backend, call, [output]) => {
  const x = call.tensor('x');
  const channels = x.shape.at(-1) ?? 0;
  const window = perDimension(call, 'filterSize', 3);
  const result = makeOutput(backend, output);
  const walk = walkWindows(call, x.shape, window, result.shape.slice(1, -1));
  const pixels = valuesOf(backend, x);
  const largest = valuesOf(backend, result).fill(Number.NEGATIVE_INFINITY);
  forEachTap(walk, window, (position, pixel) => {
    for (let channel = 0; channel < channels; channel++) {
      const to = position * channels + channel;
      largest[to] = Math.max(largest[to] ?? 0, pixels[pixel * channels + channel] ?? 0);
    }
  });
  return result;
};

export const maxPoolWithPositions: PlainKernel = (backend, call, [values, places]): TensorInfo[] => {
  const x = call.tensor('x');
  const [, height = 0, width = 0, channels = 0] = x.shape;
  const window = perDimension(call, 'filterSize', 2);
  const includesBatch = call.flag('includeBatchInIndex');
  const pooled = makeOutput(backend, values);
  const positions = makeOutput(backend, places);
  const walk = walkWindows(call, x.shape, window, pooled.shape.slice(1, -1));
  const pixels = valuesOf(backend, x);
  const largest = valuesOf(backend, pooled);
  const found = valuesOf(backend, positions);
  forEachTap(walk, window, (position, pixel, _, isFirst) => {
    for (let channel = 0; channel < channels; channel++) {
      const from = pixel * channels + channel;
      const to = position * channels + channel;
      const value = pixels[from] ?? 0;
      if (!isFirst && !(value > (largest[to] ?? 0))) continue;
      largest[to] = value;
      found[to] = includesBatch ? from : from % (height * width * channels);
    }
  });
  return [pooled, positions];
};

export const dilation2D: PlainKernel = (backend, call, [output]) => {
  const x = call.tensor('x');
  const filter = call.tensor('filter');
  const channels = x.shape.at(-1) ?? 0;
  const window = filter.shape.slice(0, 2);
  const result = makeOutput(backend, output);
  const walk = walkWindows(call, x.shape, window, result.shape.slice(1, -1));
  const pixels = valuesOf(backend, x);
  const weights = valuesOf(backend, filter);
  const largest = valuesOf(backend, result).fill(-LARGEST_FLOAT32);
  forEachTap(walk, window, (position, pixel, ofWindow) => {
    for (let channel = 0; channel < channels; channel++) {
      const to = position * channels + channel;
      const sum = (pixels[pixel * channels + channel] ?? 0) + (weights[ofWindow * channels + channel] ?? 0);
      if (sum > (largest[to] ?? 0)) largest[to] = sum;
    }
  });
  return result;
};
