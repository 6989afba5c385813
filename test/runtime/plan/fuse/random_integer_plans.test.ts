import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { randomValues } from '../../../fixtures/kernels/comparison.ts';
import { createNodeBackend, type NodeBackend } from '../../../fixtures/kernels/node_backend.ts';
import { computeNetwork, type IntegerNetwork, networks } from '../random_integer_network.ts';
import { type RecordedPlan, recordPlan } from '../recorded_plan.ts';

const CASES = Math.ceil(Number(process.env.FUZZ_CASES ?? 6000) / 100);

let node: NodeBackend;
beforeAll(async () => {
  node = await createNodeBackend();
});

/** Numbers that no calibration saw, and halves. */
const WILD = [
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 0.5, -0.5, 1.5, 2.5, -2.5],
  ...[3e38, -3e38, 1e-40, -1e-40, 127.5, -128.5, 255.5, 2 ** 21 + 0.5, 2 ** 23 + 1, -(2 ** 24)],
];

/** Values of which so many are wild. */
function valuesOf({ shape }: IntegerNetwork, seed: number, spread: number, wild: number): Float32Array {
  const values = randomValues(tf.util.sizeFromShape(shape), seed, spread);
  for (let index = 0; index < wild; index++)
    values[(index * 7919 + seed) % values.length] = WILD[(index * 13 + seed) % WILD.length] ?? 0;
  return values;
}

/** Returns what a plan computes, or undefined if it leaves the values to the executor. */
function planned({ plan }: RecordedPlan, shape: readonly number[], values: Float32Array) {
  const result = plan.run(new Map([['x', { dtype: 'float32', shape, values }]]));
  if (result.kind === 'outside') return undefined;
  const value = result.kind === 'computed' ? result.outputs.get('y0') : undefined;
  if (value?.dtype !== 'float32') throw new Error('the plan computed nothing');
  return value.values;
}

test('a plan of a random network of integers equals the executor bit for bit, for any floats', () => {
  let covered = 0;
  fc.assert(
    fc.property(
      networks,
      fc.constantFrom(1, 4, 100, 1e4, 1e38, 1e-3),
      fc.constantFrom<0 | 1>(0, 1),
      fc.boolean(),
      (network, spread, build, mayCopy) => {
        const compute = (x: tf.Tensor) => computeNetwork(network, x);
        const shape = [...network.shape];
        const first = valuesOf(network, 1, spread, 0);
        const recorded = recordPlan(node, compute, { shape, values: first }, { build, mayCopy });
        try {
          // Another order of sums is not equal.
          fc.pre(!recorded.plan.isReordered);
          for (const [seed, wild] of [
            [2, 0],
            [3, 1],
            [4, 4],
            [5, first.length],
            [2, 0],
          ] as const) {
            const values = valuesOf(network, seed, spread, wild);
            const found = planned(recorded, shape, values);
            if (found === undefined) continue;
            covered++;
            const expected = tf.tidy(() => compute(tf.tensor(values, shape)).dataSync());
            const different = expected.findIndex((value, index) => !Object.is(value, found[index]));
            expect([different, found[different], expected[different]]).toEqual([-1, undefined, undefined]);
          }
        } finally {
          recorded.dispose();
        }
      },
    ),
    { numRuns: CASES },
  );
  expect(covered).toBeGreaterThan(CASES);
});
