import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect } from 'vitest';
import { type NodeBackend, registerBuilt } from './node_backend.ts';

/** Deterministic values in [-scale, scale], different in each tensor of a test. */
export function randomValues(count: number, seed: number, scale = 1): Float32Array {
  const values = new Float32Array(count);
  let state = (seed * 2654435761 + 12345) >>> 0;
  for (let index = 0; index < count; index += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[index] = (state / 2 ** 31 - 1) * scale;
  }
  return values;
}

export function randomTensor(shape: number[], seed: number, scale = 1): tf.Tensor {
  return tf.tensor(randomValues(tf.util.sizeFromShape(shape), seed, scale), shape, 'float32');
}

/** What a float32 sum of terms up to 1 may be off by, however small all of a result comes out: per term. */
const ROUNDING = 1e-7;

/**
 * Equal within 1e-5 of the value or, near zero, of the largest value of the result: what a sum of terms of
 * that size leaves where they cancel.
 *
 * @param terms how many each value is the sum of
 */
export function expectClose(actual: tf.Tensor, expected: tf.Tensor, terms = 1): void {
  expect(actual.shape).toEqual(expected.shape);
  expect(actual.dtype).toBe(expected.dtype);
  const values = actual.dataSync<'float32'>();
  const wanted = expected.dataSync<'float32'>();
  const largest = wanted.reduce(
    (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
    0,
  );
  for (let index = 0; index < wanted.length; index += 1) {
    const [value = Number.NaN, want = Number.NaN] = [values[index], wanted[index]];
    if (Object.is(value, want) || value === want) continue;
    const tolerance = Math.max(ROUNDING * (10 + terms), 1e-5 * Math.max(Math.abs(want), 0.1 * largest));
    if (!(Math.abs(value - want) <= tolerance)) {
      expect.fail(`element ${index} is ${value}, not ${want}; the largest is ${largest}`);
    }
  }
}

export const shapeSize = (max: number) => fc.integer({ min: 1, max });

/**
 * Expects the fast kernels to compute what tfjs does: the first time, when a weight is packed anew, the second,
 * when its packed copy takes its place, and once more; from both builds. The reference is tfjs's CPU backend: its
 * wasm kernels answer zeros where XNNPACK does not take a shape (`same` with a stride over a filter that is wider
 * than the image).
 */
export function compareKernels(
  node: NodeBackend,
  inputs: tf.Tensor[],
  compute: (...inputs: tf.Tensor[]) => tf.Tensor,
): void {
  const expected = onCpu(inputs, compute);
  const [, weights] = inputs;
  // Of a product or a convolution: a column of the weights.
  const terms = weights === undefined ? 1 : weights.size / Math.max(1, weights.shape.at(-1) ?? 1);
  try {
    for (const build of [0, 1] as const) {
      const kernels = registerBuilt(node, build);
      try {
        for (let time = 0; time < 3; time += 1)
          tf.tidy(() => expectClose(compute(...inputs), expected, terms));
      } finally {
        kernels.unregister();
      }
    }
  } finally {
    tf.dispose([...inputs, expected]);
  }
}

/** What tfjs's CPU backend computes, as a tensor of the backend in use. */
export function onCpu(inputs: tf.Tensor[], compute: (...inputs: tf.Tensor[]) => tf.Tensor): tf.Tensor {
  const copies = inputs.map((input) => ({
    values: input.dataSync(),
    shape: input.shape,
    dtype: input.dtype,
  }));
  void tf.setBackend('cpu');
  const { values, shape, dtype } = tf.tidy(() => {
    const result = compute(...copies.map((copy) => tf.tensor(copy.values, copy.shape, copy.dtype)));
    return { values: result.dataSync(), shape: result.shape, dtype: result.dtype };
  });
  void tf.setBackend('wasm');
  return tf.tensor(values, shape, dtype);
}
