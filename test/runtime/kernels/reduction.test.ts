import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { compareKernels, expectClose, randomTensor, shapeSize } from '../../fixtures/kernels/comparison.ts';
import { createNodeBackend, type NodeBackend, registerBuilt } from '../../fixtures/kernels/node_backend.ts';

let node: NodeBackend;
beforeAll(async () => {
  node = await createNodeBackend();
});

describe('reduction', () => {
  test('softmax is what tfjs computes', () => {
    fc.assert(
      fc.property(
        shapeSize(5),
        shapeSize(40),
        fc.constantFrom(0.01, 1, 100),
        fc.nat(99),
        (rows, width, scale, seed) => {
          compareKernels(node, [randomTensor([rows, width], seed, scale)], (x) => tf.softmax(x));
        },
      ),
      { numRuns: 50 },
    );
  });

  test.each([
    ['mean', tf.mean],
    ['sum', tf.sum],
  ])('%s over any axes is what tfjs computes', (_name, reduce) => {
    const shape = fc.array(shapeSize(9), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(shape, fc.nat(15), fc.boolean(), fc.nat(99), (sizes, chosen, keepDims, seed) => {
        const axes = sizes.flatMap((_size, index) => ((chosen >> index) & 1 ? [index] : []));
        compareKernels(node, [randomTensor(sizes, seed)], (x) =>
          // Sums with cancellation would be compared by their rounding errors.
          reduce(tf.add(x, 2), axes.length === 0 ? undefined : axes, keepDims),
        );
      }),
      { numRuns: 100 },
    );
  });

  test('layer normalization is what its pieces compute', () => {
    fc.assert(
      fc.property(shapeSize(4), shapeSize(50), fc.boolean(), fc.nat(99), (rows, width, affine, seed) => {
        const x = randomTensor([rows, width], seed, 3);
        const gamma = affine ? randomTensor([width], seed + 1) : tf.ones([width]);
        const beta = affine ? randomTensor([width], seed + 2) : tf.zeros([width]);
        const expected = tf.tidy(() => {
          const { mean, variance } = tf.moments(x, 1, true);
          const normalized = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-3)));
          return tf.add(tf.mul(normalized, gamma), beta);
        });
        const kernels = registerBuilt(node);
        const { functions, heap } = kernels;
        const result = tf.zeros([rows, width]);
        const [gammaAddress, betaAddress] = affine ? [heap.address(gamma), heap.address(beta)] : [0, 0];
        functions.layer_norm(
          heap.address(x),
          gammaAddress,
          betaAddress,
          heap.address(result),
          rows,
          width,
          1e-3,
        );
        expectClose(result, expected);
        kernels.unregister();
        tf.dispose([x, gamma, beta, expected, result]);
      }),
      { numRuns: 50 },
    );
    expect(tf.memory().numTensors).toBe(0);
  });
});

describe('pooling', () => {
  test.each([
    ['max', tf.maxPool],
    ['average', tf.avgPool],
  ])('%s of any window is what tfjs computes', (_name, pool) => {
    const options = fc.record({
      height: shapeSize(9),
      width: shapeSize(9),
      channels: shapeSize(37),
      filter: fc.tuple(shapeSize(4), shapeSize(4)),
      strides: fc.tuple(shapeSize(3), shapeSize(3)),
      pad: fc.constantFrom<'same' | 'valid'>('same', 'valid'),
      seed: fc.nat(99),
    });
    fc.assert(
      fc.property(options, ({ height, width, channels, filter, strides, pad, seed }) => {
        fc.pre(pad === 'same' || (filter[0] <= height && filter[1] <= width));
        compareKernels(node, [randomTensor([2, height, width, channels], seed)], (x) =>
          pool(x as tf.Tensor4D, filter, strides, pad),
        );
      }),
      { numRuns: 80 },
    );
  });

  test('the maximum ignores NaN, as tfjs does', () => {
    const values = Float32Array.from({ length: 8 * 17 }, (_, index) =>
      index % 3 === 0 ? Number.NaN : index,
    );
    compareKernels(node, [tf.tensor(values, [1, 1, 8, 17])], (x) =>
      tf.maxPool(x as tf.Tensor4D, [1, 4], [1, 2], 'valid'),
    );
  });
});
