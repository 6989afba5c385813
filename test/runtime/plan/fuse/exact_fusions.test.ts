import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { randomValues } from '../../../fixtures/kernels/comparison.ts';
import { createNodeBackend, type NodeBackend } from '../../../fixtures/kernels/node_backend.ts';
import { recordPlan } from '../recorded_plan.ts';

let node: NodeBackend;
beforeAll(async () => {
  node = await createNodeBackend();
});

type Computation = (x: tf.Tensor) => tf.Tensor | tf.Tensor[];

/** The number of steps of the plan. Expects that its answer equals the executor's to the last bit. */
function stepsOf(shape: readonly number[], seed: number, compute: Computation): number {
  const count = tf.util.sizeFromShape([...shape]);
  const recorded = recordPlan(node, compute, { shape, values: randomValues(count, seed, 4) });
  try {
    const values = randomValues(count, seed + 1, 4);
    const expected = tf.tidy(() =>
      [compute(tf.tensor(values, [...shape]))].flat().map((tensor) => tensor.dataSync<'float32'>().slice()),
    );
    expect(recorded.run(values)).toEqual(expected);
    expect(recorded.plan.isReordered).toBe(false);
    return recorded.plan.steps;
  } finally {
    recorded.dispose();
  }
}

const shapes = fc
  .array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 })
  .filter((shape) => tf.util.sizeFromShape(shape) > 1);
const erfGate = (x: tf.Tensor) => tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1);

describe('gelu becomes one step', () => {
  test.each<[string, (x: tf.Tensor) => tf.Tensor]>([
    ['half of x times the gate', (x) => tf.mul(tf.mul(x, 0.5), erfGate(x))],
    ['half of the product', (x) => tf.mul(tf.mul(x, erfGate(x)), 0.5)],
    ['x times half of the gate', (x) => tf.mul(tf.mul(0.5, erfGate(x)), x)],
  ])('as %s', (_name, gelu) => {
    fc.assert(
      fc.property(shapes, fc.nat(99), (shape, seed) => {
        expect(stepsOf(shape, seed, gelu)).toBe(1);
      }),
      { numRuns: 30 },
    );
  });

  test('of a computed value, which other steps may read', () => {
    const after = (x: tf.Tensor) => {
      const wide = tf.exp(x);
      return tf.add(tf.mul(tf.mul(wide, 0.5), erfGate(wide)), wide);
    };
    expect(stepsOf([3, 5], 1, after)).toBe(3);
  });

  test.each<[string, Computation]>([
    ['the root is another', (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, 0.7)), 1))],
    ['something else is added', (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 2))],
    ['the factor is another', (x) => tf.mul(tf.mul(x, 0.25), erfGate(x))],
    ['another value is multiplied', (x) => tf.mul(tf.mul(tf.neg(x), 0.5), erfGate(x))],
    ['it is multiplied twice', (x) => tf.mul(tf.mul(tf.mul(x, 0.5), x), erfGate(x))],
  ])('but not where %s', (_name, compute) => {
    const steps = stepsOf([2, 3], 5, compute);
    expect(steps).toBeGreaterThan(3);
  });

  test('but not if another step reads the gate', () => {
    const shared = (x: tf.Tensor) => {
      const gate = erfGate(x);
      return [tf.mul(tf.mul(x, 0.5), gate), gate];
    };
    expect(stepsOf([2, 3], 5, shared)).toBe(5);
  });
});

describe('swish becomes one step', () => {
  test('of any shape', () => {
    fc.assert(
      fc.property(shapes, fc.nat(99), fc.boolean(), (shape, seed, first) => {
        const swish = (x: tf.Tensor) => (first ? tf.mul(x, tf.sigmoid(x)) : tf.mul(tf.sigmoid(x), x));
        expect(stepsOf(shape, seed, swish)).toBe(1);
      }),
      { numRuns: 30 },
    );
  });

  test('but not if another step reads the gate, or if another value is multiplied', () => {
    expect(stepsOf([2, 3], 1, (x) => [tf.mul(x, tf.sigmoid(x)), tf.sigmoid(x)])).toBe(2);
    const shared = (x: tf.Tensor) => {
      const gate = tf.sigmoid(x);
      return [tf.mul(x, gate), gate];
    };
    expect(stepsOf([2, 3], 1, shared)).toBe(2);
    expect(stepsOf([2, 3], 1, (x) => tf.mul(tf.exp(x), tf.sigmoid(x)))).toBe(3);
    expect(stepsOf([2, 3], 1, (x) => tf.mul(tf.slice(x, [0, 0], [1, 3]), tf.sigmoid(x)))).toBe(3);
  });
});

describe('a product adds what is added to it', () => {
  const matrix = () => tf.tensor2d(randomValues(15, 9), [3, 5]);
  const square = () => tf.tensor2d(randomValues(9, 9), [3, 3]);
  const filter = () => tf.tensor4d(randomValues(36, 9), [2, 2, 3, 3]);
  const convolved = (x: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, filter(), 1, 'same');

  test('of matrices, from either side, and clamps it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(99), fc.boolean(), (rows, seed, first) => {
        const residual = (x: tf.Tensor) => {
          const product = tf.matMul(x as tf.Tensor2D, square());
          return tf.relu(first ? tf.add(product, x) : tf.add(x, product));
        };
        expect(stepsOf([rows, 3], seed, residual)).toBe(1);
      }),
      { numRuns: 30 },
    );
  });

  test('of a convolution', () => {
    expect(stepsOf([1, 4, 5, 3], 3, (x) => tf.relu6(tf.add(convolved(x), x)))).toBe(1);
  });

  test('of two, one of which waits for the other', () => {
    const two = (x: tf.Tensor) => tf.add(convolved(x), convolved(tf.exp(x)));
    expect(stepsOf([1, 4, 5, 3], 3, two)).toBe(3);
  });

  test.each<[string, number, Computation]>([
    [
      'it is asked for',
      2,
      (x) => {
        const y = tf.matMul(x as tf.Tensor2D, square());
        return [tf.add(x, y), y];
      },
    ],
    ['it is clamped before', 2, (x) => tf.add(x, tf.relu(tf.matMul(x as tf.Tensor2D, square())))],
    ['something is subtracted', 2, (x) => tf.sub(tf.matMul(x as tf.Tensor2D, square()), x)],
    [
      'a row is added to all',
      2,
      (x) => tf.add(tf.matMul(x as tf.Tensor2D, matrix()), tf.tensor1d([1, 2, 3, 4, 5])),
    ],
    [
      'it is added to itself',
      2,
      (x) => {
        const y = tf.matMul(x as tf.Tensor2D, square());
        return tf.add(y, y);
      },
    ],
    ['it is broadcast', 3, (x) => tf.add(tf.matMul(tf.slice(x, [0, 0], [1, 3]) as tf.Tensor2D, square()), x)],
  ])('but not where %s', (_name, steps, compute) => {
    expect(stepsOf([4, 3], 3, compute)).toBe(steps);
  });
});
