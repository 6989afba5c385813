import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  isKernelFunctions,
  type KernelName,
  parametersOf,
} from '../../../../worker/runtime/kernels/kernel_functions.ts';
import { type KernelFunctions, SIGNATURES } from '../../../../worker/runtime/kernels/kernel_signatures.ts';
import type { RegisteredKernels } from '../../../../worker/runtime/kernels/register_kernels.ts';
import { randomValues } from '../../../fixtures/kernels/comparison.ts';
import {
  createNodeBackend,
  type NodeBackend,
  registerBuilt,
} from '../../../fixtures/kernels/node_backend.ts';
import { recordedSteps } from './recorded_steps.ts';

let node: NodeBackend;
let kernels: RegisteredKernels;
beforeAll(async () => {
  node = await createNodeBackend();
  kernels = registerBuilt(node);
});

const tensor = (shape: number[], seed: number): tf.Tensor =>
  tf.keep(tf.tensor(randomValues(tf.util.sizeFromShape(shape), seed), shape));

/** Records a computation of one input, and returns the steps or the obstacle. */
function recorded(
  compute: (x: tf.Tensor) => tf.Tensor,
  x: tf.Tensor,
  computes: boolean,
  given: RegisteredKernels = kernels,
) {
  return recordedSteps(node, given, compute, x, computes);
}

/** Notes the calls of functions that write memory. */
function countWrites(functions: KernelFunctions, calls: string[]): KernelFunctions {
  const counted = Object.fromEntries(
    Object.entries(functions).map(([name, call]: [string, (...values: never[]) => unknown]) => [
      name,
      (...values: never[]) => {
        if (isWriting(name)) calls.push(name);
        return call(...values);
      },
    ]),
  );
  if (!isKernelFunctions(counted)) throw new Error('a function was lost');
  return counted;
}

function isWriting(name: string): boolean {
  return name in SIGNATURES && parametersOf(name as KernelName).some(([, type]) => type === 'Output');
}

/** Notes the calls of tfjs's kernel of Round, until the returned function is called. */
function countRounds(calls: string[]): () => void {
  const config = tf.getKernel('Round', 'wasm');
  const register = (changed: tf.KernelConfig): void => {
    tf.unregisterKernel('Round', 'wasm');
    tf.registerKernel(changed);
  };
  register({
    ...config,
    kernelFunc: (call) => {
      calls.push('Round');
      return config.kernelFunc(call);
    },
  });
  return () => register(config);
}

const image = (channels: number, seed = 1) => tensor([1, 6, 5, channels], seed);

const COMPUTATIONS: readonly (readonly [
  string,
  () => { x: tf.Tensor; compute: (x: tf.Tensor) => tf.Tensor },
])[] = [
  [
    'a convolution with bias and bounds',
    () => {
      const [filter, bias] = [tensor([3, 3, 16, 20], 2), tensor([20], 3)];
      return {
        x: image(16),
        compute: (x) =>
          tf.fused.conv2d({
            x: x as tf.Tensor4D,
            filter: filter as tf.Tensor4D,
            strides: 1,
            pad: 'same',
            bias: bias as tf.Tensor1D,
            activation: 'relu6',
          }),
      };
    },
  ],
  [
    'a depthwise convolution, a mean and a product',
    () => {
      const [filter, matrix] = [tensor([3, 3, 8, 1], 4), tensor([8, 5], 5)];
      return {
        x: image(8),
        compute: (x) =>
          tf.softmax(
            tf.matMul(
              tf.mean(tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 2, 'same'), [1, 2]),
              matrix,
            ),
          ),
      };
    },
  ],
  [
    'a product of two computed matrices',
    () => ({ x: tensor([4, 6], 6), compute: (x) => tf.matMul(tf.relu(x), tf.sigmoid(x), false, true) }),
  ],
  [
    'kernels of tfjs, and results in another shape',
    () => ({
      x: tensor([2, 3, 4], 7),
      compute: (x) => tf.floor(tf.expandDims(tf.reshape(tf.tile(tf.round(x), [1, 2, 1]), [6, 8]), 0)),
    }),
  ],
  [
    'a list of parts',
    () => ({
      x: tensor([4, 6], 8),
      compute: (x) => {
        const [first, second] = tf.split(x, 2, 1);
        return tf.concat([second ?? x, first ?? x], 0);
      },
    }),
  ],
  [
    'a part of one',
    () => ({ x: tensor([1, 6], 9), compute: (x) => tf.cast(tf.unstack(x, 0)[0] ?? x, 'int32') }),
  ],
  [
    'padding, slices, pooling and a transposition',
    () => ({
      x: image(4),
      compute: (x) => {
        const padded = tf.pad(x as tf.Tensor4D, [
          [0, 0],
          [1, 2],
          [0, 1],
          [0, 0],
        ]);
        const pooled = tf.maxPool(tf.slice(padded, [0, 1, 0, 0], [1, 6, 6, 4]), 2, 2, 'valid');
        return tf.transpose(tf.avgPool(pooled, 2, 1, 'same'), [0, 3, 1, 2]);
      },
    }),
  ],
];

describe('an outline', () => {
  test.each(COMPUTATIONS)('of %s has the steps of a recording', (_, make) => {
    const { x, compute } = make();
    // Packs the weights.
    recorded(compute, x, true);
    const recording = recorded(compute, x, true);
    expect(recording).not.toHaveProperty('obstacle');
    expect(recorded(compute, x, false)).toEqual(recording);
  });

  test('computes nothing that depends on the input', () => {
    const [filter, x] = [tensor([3, 3, 16, 16], 10), image(16)];
    const compute = (input: tf.Tensor) =>
      tf.round(tf.relu(tf.conv2d(input as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same')));
    recorded(compute, x, true);
    const calls: string[] = [];
    const restore = countRounds(calls);
    const counted = { ...kernels, functions: countWrites(kernels.functions, calls) };
    recorded(compute, x, true, counted);
    expect(calls).toEqual(['conv2d', 'unary', 'Round']);
    calls.length = 0;
    recorded(compute, x, false, counted);
    restore();
    expect(calls).toEqual([]);
  });

  test.each<[string, (x: tf.Tensor) => tf.Tensor, RegExp]>([
    ['reads values', (x) => tf.fill([2], Number(tf.max(x).dataSync()[0])), /depends on the values/],
    ['has a shape that depends on values', (x) => tf.unique(tf.reshape(x, [16])).values, /depends on values/],
    ['draws random numbers', (x) => tf.add(x, tf.scalar(Math.random())), /random/],
  ])('ends if a computation %s', (_, compute, reason) => {
    const x = tensor([4, 4], 11);
    const { obstacle } = recorded(compute, x, false);
    expect(obstacle).toMatch(reason);
  });
});
