import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { KERNEL_BUILDS } from '../../../scripts/build/kernel_build.ts';
import { instantiateKernels } from '../../../worker/runtime/kernels/kernel_functions.ts';
import { compareKernels, randomTensor, shapeSize } from '../../fixtures/kernels/comparison.ts';
import { compiled, createNodeBackend, type NodeBackend } from '../../fixtures/kernels/node_backend.ts';

let node: NodeBackend;
beforeAll(async () => {
  node = await createNodeBackend();
});

const ACTIVATIONS = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const;

const window = {
  batch: shapeSize(2),
  height: shapeSize(9),
  width: shapeSize(12),
  filterHeight: shapeSize(5),
  filterWidth: shapeSize(5),
  strideY: shapeSize(3),
  strideX: shapeSize(3),
  pad: fc.oneof(
    fc.constantFrom<'same' | 'valid'>('same', 'valid'),
    fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3)),
  ),
  // tfjs computes either strides or dilations.
  dilated: fc.boolean(),
  dilationY: shapeSize(3),
  dilationX: shapeSize(3),
  bias: fc.boolean(),
  activation: fc.constantFrom(...ACTIVATIONS),
  seed: fc.nat(1000),
};

interface Window {
  readonly height: number;
  readonly width: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly pad: 'same' | 'valid' | [number, number, number, number];
  readonly dilated: boolean;
  readonly dilationY: number;
  readonly dilationX: number;
}

function spatial(options: Window) {
  const { height, width, filterHeight, filterWidth, strideY, strideX, pad, dilated } = options;
  const strides: [number, number] = dilated ? [1, 1] : [strideY, strideX];
  const dilations: [number, number] = dilated ? [options.dilationY, options.dilationX] : [1, 1];
  const explicit: tf.backend_util.ExplicitPadding | undefined =
    typeof pad === 'string'
      ? undefined
      : [
          [0, 0],
          [pad[0], pad[1]],
          [pad[2], pad[3]],
          [0, 0],
        ];
  const [top, bottom, left, right] = typeof pad === 'string' ? [0, 0, 0, 0] : pad;
  const fits =
    pad === 'same' ||
    ((filterHeight - 1) * dilations[0] < height + top + bottom &&
      (filterWidth - 1) * dilations[1] < width + left + right);
  return { strides, dilations, pad: explicit ?? (pad === 'same' ? 'same' : 'valid'), fits } as const;
}

describe('convolution', () => {
  test('of any size, stride, padding and dilation is what tfjs computes', () => {
    fc.assert(
      fc.property(
        fc.record({ ...window, channels: fc.constantFrom(1, 2, 3, 4, 5, 8, 33), outChannels: shapeSize(20) }),
        (options) => {
          const { batch, height, width, channels, outChannels, filterHeight, filterWidth, activation, seed } =
            options;
          const { strides, dilations, pad, fits } = spatial(options);
          fc.pre(fits);
          const x = randomTensor([batch, height, width, channels], seed);
          const filter = randomTensor([filterHeight, filterWidth, channels, outChannels], seed + 1);
          const bias = randomTensor([outChannels], seed + 2);
          const slopes = randomTensor([outChannels], seed + 3);
          compareKernels(node, [x, filter, bias, slopes], (x, filter, bias, slopes) =>
            tf.fused.conv2d({
              x: x as tf.Tensor4D,
              filter: filter as tf.Tensor4D,
              strides,
              dilations,
              pad,
              activation,
              leakyreluAlpha: 0.3,
              ...(options.bias || activation !== 'linear' ? (bias ? { bias } : {}) : {}),
              ...(activation === 'prelu' ? { preluActivationWeights: slopes } : {}),
            }),
          );
        },
      ),
      { numRuns: 150 },
    );
  });

  test('of one pixel by one, with edges in every direction, is what tfjs computes', () => {
    fc.assert(
      fc.property(
        shapeSize(14),
        shapeSize(70),
        shapeSize(40),
        shapeSize(2),
        fc.nat(99),
        (rows, k, n, stride, seed) => {
          const x = randomTensor([1, rows, 1, k], seed);
          const filter = randomTensor([1, 1, k, n], seed + 1);
          compareKernels(node, [x, filter], (x, filter) =>
            tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, [stride, 1], 'same'),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  test('of many pixels by a long filter is what tfjs computes', () => {
    const x = randomTensor([1, 6, 7, 48], 1);
    const filter = randomTensor([3, 3, 48, 21], 2);
    compareKernels(node, [x, filter], (x, filter) =>
      tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'),
    );
  });

  test('in one dimension is what tfjs computes', () => {
    const x = randomTensor([1, 50, 6], 1);
    const filter = randomTensor([9, 6, 17], 2);
    compareKernels(node, [x, filter], (x, filter) =>
      tf.conv1d(x as tf.Tensor3D, filter as tf.Tensor3D, 4, 'same'),
    );
  });

  test('with so many channels that the filter is taken in groups is what tfjs computes', () => {
    const x = randomTensor([1, 4, 4, 600], 1);
    const filter = randomTensor([3, 3, 600, 40], 2);
    compareKernels(node, [x, filter], (x, filter) =>
      tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'),
    );
  });

  test.each(KERNEL_BUILDS)('may have wider padding than its filter, by $output', ({ output }) => {
    const memory = new WebAssembly.Memory({ initial: 2 });
    const functions = instantiateKernels(compiled(output), memory);
    const floats = new Float32Array(memory.buffer).fill(7);
    const [x, filter, packed, y, scratch] = [4096, 8192, 12288, 16384, 65536];
    const [batch, width, channels, outWidth] = [8, 2, 40, 7];
    // Images with one row of two pixels, the first with ones and the second with twos, and a filter of ones.
    for (let index = 0; index < batch * width * channels; index++) {
      floats[x / 4 + index] = 1 + (Math.floor(index / channels) % width);
    }
    floats.fill(1, filter / 4, filter / 4 + channels);
    functions.pack_b(filter, packed, channels, 1, 1);
    const sizes = [batch, 1, width, channels, 1, outWidth, 1] as const;
    const padding = [0, 2] as const;
    const bounds = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
    functions.conv2d(x, packed, 0, 0, y, ...sizes, 1, 1, 1, 1, 1, 1, ...padding, ...bounds, scratch);
    const row = [0, 0, channels, 2 * channels, 0, 0, 0];
    expect([...floats.subarray(y / 4, y / 4 + batch * outWidth)]).toEqual(Array(batch).fill(row).flat());
    expect(floats.subarray(y / 4 + batch * outWidth, scratch / 4).every((value) => value === 7)).toBe(true);
  });

  test('of groups is left to the replaced kernel', () => {
    const x = randomTensor([1, 4, 4, 4], 1);
    const filter = randomTensor([3, 3, 2, 6], 2);
    const grouped = () => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');
    expect(grouped).toThrow();
  });
});

describe('depthwise convolution', () => {
  test('of any size, stride, padding and dilation is what tfjs computes', () => {
    fc.assert(
      fc.property(fc.record({ ...window, channels: shapeSize(19) }), (options) => {
        const { batch, height, width, channels, filterHeight, filterWidth, activation, seed } = options;
        const { strides, dilations, pad, fits } = spatial(options);
        fc.pre(fits);
        const x = randomTensor([batch, height, width, channels], seed);
        const filter = randomTensor([filterHeight, filterWidth, channels, 1], seed + 1);
        const bias = randomTensor([channels], seed + 2);
        const slopes = randomTensor([channels], seed + 3);
        compareKernels(node, [x, filter, bias, slopes], (x, filter, bias, slopes) =>
          tf.fused.depthwiseConv2d({
            x: x as tf.Tensor4D,
            filter: filter as tf.Tensor4D,
            strides,
            dilations,
            // The declaration lacks the explicit padding that tfjs accepts.
            pad: pad as 'same' | 'valid',
            activation,
            leakyreluAlpha: 0.3,
            ...(options.bias || activation !== 'linear' ? (bias ? { bias } : {}) : {}),
            ...(activation === 'prelu' ? { preluActivationWeights: slopes } : {}),
          }),
        );
      }),
      { numRuns: 150 },
    );
  });

  test.each([1, 2])('three wide with stride %i, which has its own loop, is what tfjs computes', (stride) => {
    fc.assert(
      fc.property(
        fc.record({
          batch: shapeSize(2),
          height: shapeSize(12),
          width: shapeSize(17),
          channels: fc.integer({ min: 4, max: 21 }),
          pad: fc.oneof(fc.constant('same' as const), fc.tuple(fc.nat(2), fc.nat(2))),
          seed: fc.nat(99),
        }),
        ({ batch, height, width, channels, pad, seed }) => {
          fc.pre(pad === 'same' || (width + pad[0] + pad[1] >= 3 && height >= 2));
          const x = randomTensor([batch, height, width, channels], seed);
          const filter = randomTensor([3, 3, channels, 1], seed + 1);
          const explicit: tf.backend_util.ExplicitPadding | 'same' =
            pad === 'same'
              ? pad
              : [
                  [0, 0],
                  [1, 0],
                  [pad[0], pad[1]],
                  [0, 0],
                ];
          compareKernels(node, [x, filter], (x, filter) =>
            tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, explicit as 'same'),
          );
        },
      ),
      { numRuns: 80 },
    );
  });

  test('with so many channels that they are taken in groups is what tfjs computes', () => {
    const x = randomTensor([1, 4, 20, 203], 1);
    const filter = randomTensor([3, 3, 203, 1], 2);
    compareKernels(node, [x, filter], (x, filter) =>
      tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'),
    );
  });

  test.each([
    [1, 6],
    [3, 2],
  ])('of %i channels with %i filters each is what tfjs computes', (channels, filters) => {
    const x = randomTensor([1, 7, 8, channels], 1);
    const filter = randomTensor([3, 3, channels, filters], 2);
    compareKernels(node, [x, filter], (x, filter) =>
      tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'),
    );
  });
});
