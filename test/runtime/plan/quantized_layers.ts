import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { randomValues } from '../../fixtures/kernels/comparison.ts';
import type { NodeBackend } from '../../fixtures/kernels/node_backend.ts';
import { recordPlan } from './recorded_plan.ts';

/** Integers from -`most` to `most`. */
export function weights(shape: number[], seed: number, most = 127): tf.Tensor {
  return tf.tensor(randomValues(tf.util.sizeFromShape(shape), seed, most).map(Math.round), shape);
}

export interface Codes {
  readonly zero: number;
  readonly lowest: number;
  readonly highest: number;
}

export const INT8: Codes = { zero: -3, lowest: -128, highest: 127 };
export const UINT8: Codes = { zero: 121, lowest: 0, highest: 255 };

export function quantized(
  sums: tf.Tensor,
  scale: tf.Tensor | number,
  { zero, lowest, highest }: Codes,
): tf.Tensor {
  const near = tf.round(tf.mul(sums, scale));
  return tf.minimum(tf.maximum(tf.add(near, zero), lowest), highest);
}

/** Expects a plan to return what the executor does for other values, and returns its number of steps. */
export function expectSame(
  node: NodeBackend,
  { hasCopies }: { readonly hasCopies: boolean },
  shape: readonly number[],
  compute: (x: tf.Tensor) => tf.Tensor,
): number {
  const values = (seed: number) => randomValues(tf.util.sizeFromShape([...shape]), seed, 4);
  const recorded = recordPlan(node, compute, { shape, values: values(1) });
  try {
    for (const seed of [2, 3]) {
      const expected = tf.tidy(() => compute(tf.tensor(values(seed), [...shape])).dataSync());
      expect(recorded.run(values(seed))).toEqual([expected]);
    }
    expect(recorded.plan.hasCopies).toBe(hasCopies);
    return recorded.plan.steps;
  } finally {
    recorded.dispose();
  }
}
