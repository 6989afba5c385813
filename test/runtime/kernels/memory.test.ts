import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RegisteredKernels } from '../../../worker/runtime/kernels/register_kernels.ts';
import { expectClose, randomTensor } from '../../fixtures/kernels/comparison.ts';
import { createNodeBackend, type NodeBackend, registerBuilt } from '../../fixtures/kernels/node_backend.ts';

let node: NodeBackend;
let kernels: RegisteredKernels;
beforeAll(async () => {
  node = await createNodeBackend();
});
beforeEach(() => {
  kernels = registerBuilt(node);
});
afterEach(() => {
  kernels.unregister();
});

const heapBytes = () => node.memory.buffer.byteLength;

/** Convolutions and a product, each with weights. */
function network(x: tf.Tensor, weights: readonly tf.Tensor[]): tf.Tensor {
  const [filter, depthwise, dense] = weights;
  return tf.tidy(() => {
    let y = tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');
    y = tf.depthwiseConv2d(y, depthwise as tf.Tensor4D, 1, 'same');
    return tf.matMul(tf.reshape(tf.relu(y), [64, 61]), dense as tf.Tensor2D);
  });
}

const createWeights = () => [
  randomTensor([3, 3, 32, 61], 1),
  randomTensor([3, 3, 61, 1], 2),
  randomTensor([61, 500], 3),
];

describe('memory', () => {
  test('is flat over predictions, loads and unloads', () => {
    const x = randomTensor([1, 8, 8, 32], 4);
    const round = () => {
      const weights = createWeights();
      for (let time = 0; time < 4; time += 1) network(x, weights).dispose();
      tf.dispose(weights);
    };
    for (let time = 0; time < 3; time += 1) round();
    const before = { heap: heapBytes(), tensors: tf.memory().numTensors, data: node.backend.numDataIds() };
    for (let time = 0; time < 200; time += 1) round();
    expect({ heap: heapBytes(), tensors: tf.memory().numTensors, data: node.backend.numDataIds() }).toEqual(
      before,
    );
    x.dispose();
  });

  test('holds a weight once: its packed copy takes the place of the original', () => {
    // 32 MB of weights in 16 tensors. They first fill the free part of the heap.
    const megabyte = 2 ** 20;
    const weights = Array.from({ length: 16 }, (_, index) => randomTensor([512, 1024], index));
    const x = randomTensor([1, 512], 99);
    const before = heapBytes();
    for (let time = 0; time < 3; time += 1) {
      for (const weight of weights) tf.tidy(() => tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D));
    }
    expect(heapBytes() - before).toBeLessThan(8 * megabyte);
    tf.dispose([x, ...weights]);
  });

  test('of a packed weight is unpacked for other readers, and stays in use', () => {
    const weight = randomTensor([33, 21], 1);
    const x = randomTensor([5, 33], 2);
    const original = weight.dataSync().slice();
    const product = () => tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D);
    const results = [product(), product(), product()];
    // JavaScript reads it by its address, and a tfjs kernel by its id.
    expect(weight.dataSync()).toEqual(original);
    results.push(product());
    const other = randomTensor([21, 17], 3);
    results.push(
      tf.tidy(() => tf.matMul(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D), other as tf.Tensor2D)),
    );
    const sliced = tf.slice(weight, [2, 3], [4, 5]);
    expect(sliced.dataSync()[0]).toBe(original[2 * 21 + 3]);
    const [first, ...others] = results.slice(0, 4);
    if (first === undefined) throw new Error('no result');
    for (const other of others) expectClose(other, first);
    tf.dispose([weight, x, other, sliced, ...results]);
  });

  test('of a weight read first by a kernel of tfjs is unpacked', () => {
    const weight = randomTensor([33, 21], 1);
    const x = randomTensor([5, 33], 2);
    const original = weight.dataSync().slice();
    for (let time = 0; time < 3; time += 1) tf.dispose(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D));
    const reversed = tf.reverse(weight, [0, 1]);
    expect(reversed.dataSync()).toEqual(original.slice().reverse());
    tf.dispose([weight, x, reversed]);
  });

  test('of a weight that several tensors share is freed with the last of them', () => {
    const before = node.backend.numDataIds();
    const weight = randomTensor([33, 21], 1);
    const x = randomTensor([5, 33], 2);
    const shared = tf.reshape(weight, [33, 21]);
    const product = () => tf.matMul(x as tf.Tensor2D, shared as tf.Tensor2D);
    const results = [product(), product(), product()];
    weight.dispose();
    results.push(product());
    const [first, ...others] = results;
    if (first === undefined) throw new Error('no result');
    for (const other of others) expectClose(other, first);
    tf.dispose([x, shared, ...results]);
    expect(node.backend.numDataIds()).toBe(before);
  });
});
