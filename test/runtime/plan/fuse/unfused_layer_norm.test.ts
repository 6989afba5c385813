import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectClose, onCpu, randomTensor, randomValues } from '../../../fixtures/kernels/comparison.ts';
import { createNodeBackend, type NodeBackend } from '../../../fixtures/kernels/node_backend.ts';
import { recordPlan } from '../recorded_plan.ts';

let node: NodeBackend;
beforeAll(async () => {
  node = await createNodeBackend();
});

const centered = (x: tf.Tensor) => tf.sub(x, tf.mean(x, -1, true));
const variance = (x: tf.Tensor) => tf.mean(tf.squaredDifference(x, tf.mean(x, -1, true)), -1, true);

describe('a layer normalization stays in pieces', () => {
  const shape = [4, 4];
  const values = randomValues(16, 3, 2);
  const gamma = () => tf.tensor1d([1, 2, 3, 4]);

  /** The number of steps that the fusion removes. Expects that the result is right. */
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

  /** Seven steps. Each part can be replaced. */
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

  test('but not if nothing prevents the fusion', () => {
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

  test('where another step reads the variance, or the mean', () => {
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

  test('up to the value that another step reads', () => {
    // If the normalized values before the gain are read, the gain stays a separate step.
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

  test('where the mean is of another value than the one it is subtracted from', () => {
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
