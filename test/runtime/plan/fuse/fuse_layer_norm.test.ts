import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectClose, onCpu, randomTensor, randomValues } from '../../../fixtures/kernels/comparison.ts';
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

  /** Records with one set of values and runs with another. */
  function compare(shape: number[], seed: number, compute: (x: tf.Tensor) => tf.Tensor, steps: number): void {
    const count = tf.util.sizeFromShape(shape);
    const recorded = recordPlan(node, compute, { shape, values: randomValues(count, seed, 3) });
    const x = tf.tensor(randomValues(count, seed + 7, 3), shape);
    try {
      expect(recorded.plan.steps, recorded.recorded.join()).toBe(steps);
      expect(recorded.plan.isReordered).toBe(true);
      expect(recorded.plan.isFolded).toBe(false);
      const [values = new Float32Array()] = recorded.run(x.dataSync<'float32'>());
      tf.tidy(() => expectClose(tf.tensor(values, shape), onCpu([x], compute)));
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
        compare(shape, seed, (x) => form(x, tf.tensor1d(gamma), tf.tensor1d(beta), tf.scalar(1e-3)), 1);
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
    const recorded = recordPlan(node, (x) => form?.(x, tf.ones([8]), tf.zeros([8]), tf.scalar(1e-3)) ?? x, {
      shape: [3, 8],
      values: randomValues(24, 1),
    });
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

describe('it stays in pieces', () => {
  const shape = [4, 4];
  const values = randomValues(16, 3, 2);
  const gamma = () => tf.tensor1d([1, 2, 3, 4]);

  /** The number of steps that are fused away, and that what they compute is right. */
  function fusedAway(compute: (x: tf.Tensor) => tf.Tensor | tf.Tensor[]): number {
    const recorded = recordPlan(node, compute, { shape, values });
    const x = randomTensor(shape, 11, 2);
    try {
      const answers = recorded.run(x.dataSync<'float32'>());
      for (const [index, answer] of answers.entries()) {
        tf.tidy(() => {
          const expected = onCpu([x], (input) => [compute(input)].flat()[index] ?? input);
          expectClose(tf.tensor(answer, expected.shape), expected);
        });
      }
      expect(recorded.plan.isReordered).toBe(recorded.plan.steps < recorded.recorded.length);
      return recorded.recorded.length - recorded.plan.steps;
    } finally {
      recorded.dispose();
      x.dispose();
    }
  }

  /** Seven steps, of which each part can be replaced. */
  const pieces = (
    x: tf.Tensor,
    {
      mean = (of: tf.Tensor) => tf.mean(of, -1, true),
      spread = (of: tf.Tensor) => tf.mean(of, -1, true),
      epsilon = (): tf.Tensor => tf.scalar(1e-3),
      gain = (): tf.Tensor => gamma(),
    } = {},
  ) => {
    const difference = tf.sub(x, mean(x));
    const squares = tf.square(difference);
    const stable = tf.add(spread(squares), epsilon());
    const root = tf.rsqrt(stable);
    return { difference, squares, stable, root, y: tf.mul(tf.mul(difference, root), gain()) };
  };

  test('not where nothing is in the way', () => {
    expect(fusedAway((x) => pieces(x).y)).toBe(7);
  });

  test.each(['difference', 'squares', 'stable', 'root'] as const)('where the %s is asked for', (name) => {
    expect(
      fusedAway((x) => {
        const all = pieces(x);
        return [all.y, all[name]];
      }),
    ).toBe(0);
  });

  test('where somebody else reads the variance, or the mean', () => {
    expect(
      fusedAway((x) => {
        const all = pieces(x);
        return tf.add(all.y, tf.exp(all.stable));
      }),
    ).toBe(0);
    expect(
      fusedAway((x) => {
        const mean = tf.mean(x, -1, true);
        return tf.add(pieces(x, { mean: () => mean }).y, mean);
      }),
    ).toBe(0);
  });

  test('up to what somebody else reads', () => {
    // The normalized values before the gain: the gain stays a step of its own.
    expect(
      fusedAway((x) => {
        const all = pieces(x, { gain: () => tf.scalar(1) });
        return [all.y, tf.mul(all.y, gamma())];
      }),
    ).toBe(7);
  });

  test('where the gain or the epsilon depends on the input', () => {
    expect(fusedAway((x) => pieces(x, { gain: () => tf.mean(x, 0) }).y)).toBe(6);
    expect(fusedAway((x) => pieces(x, { epsilon: () => tf.max(tf.square(x)) }).y)).toBe(0);
    expect(fusedAway((x) => pieces(x, { epsilon: () => tf.tensor2d([1, 2, 3, 4], [4, 1]) }).y)).toBe(0);
  });

  test('where the gain is along another axis, or differs from row to row', () => {
    expect(fusedAway((x) => pieces(x, { gain: () => tf.tensor2d([1, 2, 3, 4], [4, 1]) }).y)).toBe(6);
    expect(fusedAway((x) => pieces(x, { gain: () => randomTensor(shape, 9) }).y)).toBe(6);
  });

  test('where the mean or the variance is of another axis, or a sum', () => {
    const across = (of: tf.Tensor) => tf.mean(of, 0, true);
    const sum = (of: tf.Tensor) => tf.sum(of, -1, true);
    expect(fusedAway((x) => pieces(x, { mean: across }).y)).toBe(0);
    expect(fusedAway((x) => pieces(x, { spread: across }).y)).toBe(0);
    expect(fusedAway((x) => pieces(x, { mean: sum }).y)).toBe(0);
    expect(fusedAway((x) => pieces(x, { spread: sum }).y)).toBe(0);
  });

  test('where the mean is of something else than what it is taken from', () => {
    expect(fusedAway((x) => pieces(x, { mean: (of) => tf.mean(tf.exp(of), -1, true) }).y)).toBe(0);
  });

  test('where the difference is taken twice, with a sign that differs', () => {
    expect(
      fusedAway((x) => {
        const mean = tf.mean(x, -1, true);
        const products = tf.mul(tf.sub(x, mean), tf.sub(mean, x));
        const stable = tf.add(tf.scalar(100), tf.mean(products, -1, true));
        return tf.div(tf.sub(x, mean), tf.sqrt(stable));
      }),
    ).toBe(0);
  });

  test('where two epsilons take part', () => {
    expect(
      fusedAway((x) => {
        const mean = tf.mean(x, -1, true);
        const spread = variance(x);
        const [one, other] = [1e-3, 1e-2].map((epsilon) => tf.rsqrt(tf.add(spread, epsilon)));
        return tf.sub(tf.mul(x, one ?? x), tf.mul(mean, other ?? x));
      }),
    ).toBe(0);
    expect(
      fusedAway((x) => {
        const [one, other] = [1e-3, 1].map((epsilon) => tf.add(variance(x), epsilon));
        const factor = tf.div(tf.rsqrt(one ?? x), tf.rsqrt(other ?? x));
        return tf.mul(centered(x), tf.mul(factor, tf.rsqrt(other ?? x)));
      }),
    ).toBe(0);
  });

  test("as tfjs's layer over another axis, or with a gain that is not the same in each row", () => {
    const other = layers.layerNormalization({ axis: 0 });
    other.build(shape);
    expect(fusedAway((x) => other.apply(x) as tf.Tensor)).toBe(0);
    for (const weight of other.weights) weight.dispose();
    expect(
      fusedAway((x) => {
        const { mean, variance: spread } = tf.moments(x, -1, true);
        const tiled = [mean, spread].map((each) => tf.tile(each, [1, 4]) as tf.Tensor2D);
        const [means, spreads] = tiled;
        if (means === undefined || spreads === undefined) throw new Error('nothing was tiled');
        return tf.batchNorm2d(
          x as tf.Tensor2D,
          means,
          spreads,
          undefined,
          randomTensor(shape, 9) as tf.Tensor2D,
        );
      }),
    ).toBe(0);
  });
});
