import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { compareKernels, randomTensor, shapeSize } from '../../fixtures/kernels/comparison.ts';
import { createNodeBackend, type NodeBackend, registerBuilt } from '../../fixtures/kernels/node_backend.ts';

let node: NodeBackend;
beforeAll(async () => {
  node = await createNodeBackend();
});

const UNARY: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  relu: tf.relu,
  relu6: tf.relu6,
  'leaky relu': (x) => tf.leakyRelu(x, 0.1),
  elu: tf.elu,
  selu: tf.selu,
  sigmoid: tf.sigmoid,
  tanh: tf.tanh,
  exp: tf.exp,
  abs: tf.abs,
  neg: tf.neg,
  square: tf.square,
  'square root': (x) => tf.sqrt(tf.abs(x)),
  'reciprocal square root': (x) => tf.rsqrt(tf.add(tf.abs(x), 0.01)),
  reciprocal: (x) => tf.reciprocal(tf.add(tf.abs(x), 0.01)),
  clip: (x) => tf.clipByValue(x, -0.5, 0.75),
};

const BINARY: Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor> = {
  add: tf.add,
  subtract: tf.sub,
  multiply: tf.mul,
  divide: tf.div,
  maximum: tf.maximum,
  minimum: tf.minimum,
  'squared difference': tf.squaredDifference,
};

describe('element by element', () => {
  test.each(Object.entries(UNARY))('%s is what tfjs computes', (_name, compute) => {
    fc.assert(
      fc.property(shapeSize(40), fc.constantFrom(0.001, 1, 10, 60), fc.nat(99), (size, scale, seed) => {
        compareKernels(node, [randomTensor([size], seed, scale)], compute);
      }),
      { numRuns: 30 },
    );
  });

  test.each(Object.entries(UNARY).filter(([name]) => !/square|reciprocal/.test(name)))(
    '%s of infinities, empty tensors and NaN is what tfjs computes',
    (_name, compute) => {
      const values = [Infinity, -Infinity, Number.NaN, 0, 1e-30, -1e-30, 120, -120];
      compareKernels(node, [tf.tensor1d(values)], compute);
    },
  );

  test('the error function is exact', () => {
    // tfjs's own is an approximation with an absolute error of 1.5e-7.
    const exact: [number, number][] = [
      [0.01, 0.011283415555849618],
      [0.5, 0.5204998778130465],
      [-1, -0.8427007929497149],
      [2, 0.9953222650189527],
      [3.5, 0.9999992569016276],
      [9, 1],
    ];
    const kernels = registerBuilt(node);
    const x = tf.tensor1d(exact.map(([value]) => value));
    const y = tf.erf(x);
    const values = y.dataSync();
    exact.forEach(([, value], index) => {
      expect(Math.abs((values[index] ?? 0) - value)).toBeLessThan(2e-7 * Math.abs(value));
    });
    tf.dispose([x, y]);
    kernels.unregister();
  });

  test.each(Object.entries(BINARY))('%s with broadcasting is what tfjs computes', (_name, compute) => {
    const shape = fc.array(shapeSize(5), { minLength: 0, maxLength: 6 });
    fc.assert(
      fc.property(
        shape,
        fc.nat(63),
        fc.nat(63),
        fc.nat(4),
        fc.nat(99),
        (sizes, ones, others, missing, seed) => {
          // Each side has only some of the dimensions.
          const a = sizes.map((size, index) => ((ones >> index) & 1 ? 1 : size));
          const b = sizes.map((size, index) => ((others >> index) & 1 ? 1 : size)).slice(missing);
          const [first, second] = seed % 2 === 0 ? [a, b] : [b, a];
          compareKernels(node, [randomTensor(first, seed), randomTensor(second, seed + 1)], compute);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('prelu with one slope per channel is what tfjs computes', () => {
    compareKernels(node, [randomTensor([2, 3, 4, 7], 1), randomTensor([7], 2)], (x, alpha) =>
      tf.prelu(x, alpha),
    );
    compareKernels(node, [randomTensor([2, 3, 4, 7], 1), randomTensor([3, 4, 7], 2)], (x, alpha) =>
      tf.prelu(x, alpha),
    );
  });

  test('integers are left to the replaced kernel', () => {
    const kernels = registerBuilt(node);
    const sum = tf.tidy(() => tf.add(tf.tensor1d([1, 2, 3], 'int32'), tf.scalar(4, 'int32')));
    expect([...sum.dataSync()]).toEqual([5, 6, 7]);
    expect(sum.dtype).toBe('int32');
    sum.dispose();
    kernels.unregister();
  });
});
