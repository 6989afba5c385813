import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectClose, onCpu, randomValues } from '../../../fixtures/kernels/comparison.ts';
import { createNodeBackend, type NodeBackend } from '../../../fixtures/kernels/node_backend.ts';
import { recordPlan } from '../recorded_plan.ts';

let node: NodeBackend;
beforeAll(async () => {
  node = await createNodeBackend();
});

type Normalization = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: tf.Tensor) => tf.Tensor;

const centered = (x: tf.Tensor) => tf.sub(x, tf.mean(x, -1, true));
const variance = (x: tf.Tensor) => tf.mean(tf.squaredDifference(x, tf.mean(x, -1, true)), -1, true);

const FORMS: Readonly<Record<string, Normalization>> = {
  "TensorFlow's batch_normalization": (x, gamma, beta, epsilon) => {
    const mean = tf.mean(x, -1, true);
    const squares = tf.squaredDifference(x, mean);
    const factor = tf.mul(tf.rsqrt(tf.add(tf.mean(squares, -1, true), epsilon)), gamma);
    return tf.add(tf.mul(x, factor), tf.sub(beta, tf.mul(mean, factor)));
  },
  "PyTorch's export": (x, gamma, beta, epsilon) => {
    const difference = centered(x);
    const deviation = tf.sqrt(tf.add(epsilon, tf.mean(tf.square(difference), -1, true)));
    return tf.add(tf.mul(tf.div(difference, deviation), gamma), beta);
  },
  'products of the difference': (x, gamma, beta, epsilon) => {
    const difference = centered(x);
    const stable = tf.add(tf.mean(tf.mul(difference, difference), -1, true), epsilon);
    return tf.add(beta, tf.mul(gamma, tf.mul(tf.reciprocal(tf.sqrt(stable)), difference)));
  },
  'the mean less x': (x, gamma, beta, epsilon) => {
    const difference = tf.sub(tf.mean(x, -1, true), x);
    const stable = tf.add(tf.mean(tf.square(difference), -1, true), epsilon);
    return tf.sub(beta, tf.mul(tf.mul(difference, tf.rsqrt(stable)), gamma));
  },
  'all of it negative': (x, gamma, beta, epsilon) => {
    const root = tf.rsqrt(tf.add(variance(x), epsilon));
    const negative = tf.neg(tf.mul(tf.mul(centered(x), root), gamma));
    return tf.sub(beta, negative);
  },
};

const EPSILON = 1e-3;
const LARGEST = 3;
/** What is rounded of values and their mean is divided by their deviation, which is at least the root of epsilon. */
const TERMS = LARGEST / Math.sqrt(EPSILON);

describe('a layer normalization becomes one step, and computes what tfjs does', () => {
  const options = fc.record({
    shape: fc.oneof(
      fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 2, max: 40 })),
      fc.tuple(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 2, max: 24 }),
      ),
    ),
    seed: fc.nat(999),
  });

  /** Records a plan with one set of values and runs it with another. */
  function compare(shape: number[], seed: number, compute: (x: tf.Tensor) => tf.Tensor, steps: number): void {
    const count = tf.util.sizeFromShape(shape);
    const recorded = recordPlan(node, compute, { shape, values: randomValues(count, seed, LARGEST) });
    const x = tf.tensor(randomValues(count, seed + 7, LARGEST), shape);
    try {
      expect(recorded.plan.steps, recorded.recorded.join()).toBe(steps);
      expect(recorded.plan.isReordered).toBe(true);
      expect(recorded.plan.hasCopies).toBe(false);
      const [values = new Float32Array()] = recorded.run(x.dataSync<'float32'>());
      tf.tidy(() => expectClose(tf.tensor(values, shape), onCpu([x], compute), TERMS));
    } finally {
      recorded.dispose();
      x.dispose();
    }
  }

  test.each(Object.entries(FORMS))('as %s', (_name, form) => {
    fc.assert(
      fc.property(options, ({ shape, seed }) => {
        const width = shape.at(-1) ?? 0;
        const gamma = randomValues(width, seed + 1);
        const beta = randomValues(width, seed + 2);
        compare(shape, seed, (x) => form(x, tf.tensor1d(gamma), tf.tensor1d(beta), tf.scalar(EPSILON)), 1);
      }),
      { numRuns: 40 },
    );
  });

  test('without a gain, without an offset, and without either', () => {
    fc.assert(
      fc.property(options, fc.boolean(), fc.boolean(), ({ shape, seed }, scales, shifts) => {
        const vector = randomValues(shape.at(-1) ?? 0, seed + 1);
        const compute = (x: tf.Tensor): tf.Tensor => {
          const normalized = tf.div(centered(x), tf.sqrt(tf.add(variance(x), 1e-3)));
          const scaled = scales ? tf.mul(normalized, tf.tensor1d(vector)) : normalized;
          return shifts ? tf.add(scaled, tf.tensor1d(vector)) : scaled;
        };
        compare(shape, seed, compute, 1);
      }),
      { numRuns: 40 },
    );
  });

  test("as tfjs's layer", () => {
    fc.assert(
      fc.property(options, fc.boolean(), fc.boolean(), ({ shape, seed }, scale, center) => {
        const width = shape.at(-1) ?? 0;
        const layer = layers.layerNormalization({ axis: -1, epsilon: 1e-3, scale, center });
        layer.build(shape);
        const vectors = layer.weights.map((_, index) => tf.tensor1d(randomValues(width, seed + index)));
        layer.setWeights(vectors);
        const compute = (x: tf.Tensor): tf.Tensor => {
          const [normalized = x] = [layer.apply(x)].flat();
          return normalized as tf.Tensor;
        };
        compare(shape, seed, compute, 1);
        for (const weight of layer.weights) weight.dispose();
        tf.dispose(vectors);
      }),
      { numRuns: 30 },
    );
  });

  test('where one row is all the same, and where it is far from zero', () => {
    const rows = [Array(8).fill(0), Array(8).fill(3), [100, 101, 102, 103, 104, 105, 106, 107]].flat();
    const form = FORMS["PyTorch's export"];
    const recorded = recordPlan(
      node,
      (x) => form?.(x, tf.ones([8]), tf.zeros([8]), tf.scalar(EPSILON)) ?? x,
      {
        shape: [3, 8],
        values: randomValues(24, 1),
      },
    );
    const [values = []] = recorded.run(Float32Array.from(rows));
    expect([...values.slice(0, 16)]).toEqual(Array(16).fill(0));
    expect(values[16]).toBeCloseTo(-3.5 / Math.sqrt(5.25 + 1e-3), 4);
    recorded.dispose();
  });

  test('before and after something else, several times', () => {
    const form = FORMS["TensorFlow's batch_normalization"];
    const twice = (x: tf.Tensor): tf.Tensor => {
      const vectors = [1, 2].map((seed) => tf.tensor1d(randomValues(8, seed)));
      const [gamma = x, beta = x] = vectors;
      const first = form?.(tf.exp(x), gamma, beta, tf.scalar(1e-5)) ?? x;
      return form?.(tf.add(tf.tanh(first), x), beta, gamma, tf.scalar(1e-4)) ?? x;
    };
    compare([3, 8], 5, twice, 5);
  });
});
