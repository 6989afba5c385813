import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { createNodeBackend, type NodeBackend } from '../../../fixtures/kernels/node_backend.ts';
import { expectSame, INT8, quantized, UINT8, weights } from '../quantized_layers.ts';

let node: NodeBackend;
beforeAll(async () => {
  node = await createNodeBackend();
});

describe('plans of quantized networks', () => {
  /** The number of steps includes those that make bytes of the input and floats of the result. */
  test.each<{
    readonly name: string;
    readonly move: (x: tf.Tensor4D) => tf.Tensor;
    readonly steps: number;
  }>([
    { name: 'the largest of windows', move: (x) => tf.maxPool(x, 3, 2, 'same'), steps: 3 },
    {
      name: 'averages of windows',
      move: (x) => quantized(tf.avgPool(x, [3, 2], 2, 'same'), 1 + 2 ** -20, { ...INT8, zero: 0 }),
      steps: 3,
    },
    {
      name: 'averages of images',
      move: (x) => quantized(tf.sum(tf.sub(x, INT8.zero), [1, 2]), 0.03, INT8),
      steps: 4,
    },
    {
      name: 'a concatenation',
      move: (x) => tf.concat([x, tf.maxPool(x, 3, 1, 'same'), x], 3),
      steps: 6,
    },
    {
      name: 'an enlargement',
      move: (x) => tf.image.resizeNearestNeighbor(x, [14, 18], false, true),
      steps: 8,
    },
    { name: 'a slice', move: (x) => tf.slice(x, [0, 1, 2, 0], [1, 3, 2, 5]), steps: 3 },
    {
      name: 'a padding',
      move: (x) =>
        tf.pad(
          x,
          [
            [0, 0],
            [1, 2],
            [0, 3],
            [0, 0],
          ],
          5,
        ),
      steps: 4,
    },
  ])('move bytes: $name', ({ move, steps }) => {
    const found = expectSame(node, { hasCopies: false }, [1, 7, 6, 5], (x) =>
      tf.mul(tf.sub(move(quantized(x, 40, INT8) as tf.Tensor4D), INT8.zero), 0.5),
    );
    // The last two are the subtraction and the multiplication in floats.
    expect(found).toBe(steps + 2);
  });

  test.each<{
    readonly name: string;
    readonly order: (x: tf.Tensor) => tf.Tensor;
  }>([
    { name: 'before', order: (x) => tf.sub(tf.transpose(x, [0, 2, 3, 1]), UINT8.zero) },
    { name: 'after', order: (x) => tf.transpose(tf.sub(x, UINT8.zero), [0, 2, 3, 1]) },
  ])('integers keep their range in another order, $name their zero is subtracted', ({ order }) => {
    const filter = weights([3, 3, 5, 4], 3) as tf.Tensor4D;
    // The input's range is not that of the result.
    expectSame(node, { hasCopies: true }, [1, 5, 7, 6], (x) => {
      const image = order(quantized(x, 40, UINT8)) as tf.Tensor4D;
      return tf.mul(quantized(tf.conv2d(image, filter, 1, 'same'), 0.002, INT8), 0.5);
    });
    filter.dispose();
  });

  test.each<{
    readonly name: string;
    readonly activate: (x: tf.Tensor) => tf.Tensor;
    readonly hasCopies: boolean;
  }>([
    { name: 'a sigmoid', activate: (x) => tf.sigmoid(x), hasCopies: true },
    { name: 'a leaky relu', activate: (x) => tf.leakyRelu(x, 0.3), hasCopies: true },
    {
      name: 'x times a bounded x',
      activate: (x) => tf.mul(x, tf.clipByValue(tf.add(x, 3), 0, 6)),
      hasCopies: true,
    },
    { name: 'another scale', activate: (x) => x, hasCopies: true },
    { name: 'a root, which small bytes do not have,', activate: (x) => tf.sqrt(x), hasCopies: false },
  ])('$name between bytes is looked up in a table: $hasCopies', ({ activate, hasCopies }) => {
    expectSame(node, { hasCopies }, [1, 7, 6, 5], (x) => {
      const given = quantized(tf.relu(x), 40, INT8);
      const floats = tf.mul(tf.sub(given, INT8.zero), 0.07);
      return tf.add(quantized(activate(floats), 11, INT8), 1);
    });
  });
});
