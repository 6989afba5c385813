import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { createNodeBackend, type NodeBackend } from '../../../fixtures/kernels/node_backend.ts';
import { expectSame, INT8, quantized, weights } from '../quantized_layers.ts';
import { recordPlan } from '../recorded_plan.ts';

let node: NodeBackend;
beforeAll(async () => {
  node = await createNodeBackend();
});

/** Expects a plan to return the executor's values, with the signs of their zeros. */
function expectEqual(compute: (x: tf.Tensor) => tf.Tensor, values: readonly number[]): void {
  const given = Float32Array.from(values);
  const shape = [1, 1, values.length, 1];
  const recorded = recordPlan(node, compute, { shape, values: given });
  try {
    const expected = tf.tidy(() => compute(tf.tensor(given, shape)).dataSync());
    expect(recorded.run(given).map((each) => [...each])).toEqual([[...expected]]);
  } finally {
    recorded.dispose();
  }
}

/** Round to -0, to 0, and to others. */
const SMALL = [-0.3, -0, 0, 0.4, -0.5, 3, -7];

describe('plans keep zeros below 0, which bytes do not have', () => {
  const bounded = (x: tf.Tensor, least: number, most: number) => tf.minimum(tf.maximum(x, least), most);

  test.each<[string, (x: tf.Tensor) => tf.Tensor]>([
    ['of rounded numbers', (x) => bounded(tf.round(x), -128, 127)],
    ['to which -0 is added', (x) => bounded(tf.add(tf.round(x), -0), -128, 127)],
    ['of bounds above', (x) => bounded(tf.add(tf.round(x), 3), -128, -0)],
    ['of bounds below', (x) => bounded(tf.add(tf.round(x), 3), -0, 9)],
    ['from a fused bound', (x) => tf.clipByValue(tf.round(x), 0, 127)],
    [
      'of a padding',
      (x) =>
        tf.pad(
          quantized(x, 1, INT8),
          [
            [0, 0],
            [1, 1],
            [0, 2],
            [0, 0],
          ],
          -0,
        ),
    ],
  ])('%s', (_name, compute) => {
    expectEqual((x) => tf.reciprocal(compute(x)), SMALL);
  });

  test('and a zero of 0 makes 0 of them', () => {
    expectEqual((x) => tf.reciprocal(quantized(x, 1, { ...INT8, zero: 0 })), SMALL);
  });
});

describe('plans bound integers as the executor does', () => {
  const values = [-3e9, -1e6, -129.5, -2, 0, 77, 127.5, 1e6, 3e9, 2 ** 21 + 0.5, -(2 ** 22)];

  test.each([
    { zero: -(2 ** 20), lowest: 2 ** 20, highest: 2 ** 20 + 255 },
    { zero: 2 ** 16, lowest: 2 ** 16 - 100, highest: 2 ** 16 },
    { zero: -(2 ** 16), lowest: -(2 ** 16), highest: -(2 ** 16) + 255 },
    { zero: 0, lowest: 2 ** 25, highest: 2 ** 25 + 100 },
    { zero: 7, lowest: 10, highest: 5 },
  ])('from $lowest to $highest around $zero', (codes) => {
    expectEqual((x) => tf.add(quantized(x, 3, codes), 1), values);
    expectEqual((x) => tf.add(quantized(tf.exp(quantized(x, 1, INT8)), 30, codes), 1), values);
  });
});

test('weights of a depthwise convolution are two bytes if they are as far below 0 as above', () => {
  const filter = tf.concat<tf.Tensor4D>(
    [tf.fill([3, 3, 8, 1], 130), tf.fill([3, 3, 8, 1], -130), weights([3, 3, 8, 1], 1) as tf.Tensor4D],
    2,
  );
  const steps = expectSame(node, { hasCopies: true }, [1, 5, 4, 24], (x) => {
    const given = tf.sub<tf.Tensor4D>(quantized(x, 40, INT8), INT8.zero);
    return tf.sub(quantized(tf.depthwiseConv2d(given, filter, 1, 'same'), 0.001, INT8), 1);
  });
  // Bytes of the input, the convolution, its floats, and the subtraction.
  expect(steps).toBe(4);
});
