import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Quantization } from '../../../../worker/model/quantization.ts';
import type { RegisteredKernels } from '../../../../worker/runtime/kernels/register_kernels.ts';
import { expectClose, randomTensor, randomValues } from '../../../fixtures/kernels/comparison.ts';
import { createNodeBackend, type NodeBackend } from '../../../fixtures/kernels/node_backend.ts';
import { streamWeight } from '../../weights/stored_weight.ts';
import { recordPlan } from '../recorded_plan.ts';

let node: NodeBackend;
beforeAll(async () => {
  node = await createNodeBackend();
});

const CODES: Quantization = { dtype: 'uint8', scale: 1, min: -127 };
const LEAST = Math.fround(1e-30);

/** A matrix of integers from -127 to 127, which stays quantized in memory. */
function codes(
  kernels: RegisteredKernels,
  shape: number[],
  seed: number,
  { quantization = CODES, most = 127 }: { quantization?: Quantization; most?: number } = {},
): tf.Tensor2D {
  const count = tf.util.sizeFromShape(shape);
  const bytes = Uint8Array.from(randomValues(count, seed, most), (value) => Math.round(value) + 127);
  return streamWeight(
    kernels,
    { name: 'w', shape, dtype: 'float32', quantization },
    bytes,
    [],
    'matrix',
  ) as tf.Tensor2D;
}

interface Rows {
  readonly codes: tf.Tensor2D;
  readonly magnitudes: tf.Tensor2D;
}

/** The rows of a tensor, quantized by their largest magnitude. */
function quantized(x: tf.Tensor2D, most = 127): Rows {
  const magnitudes = tf.maximum<tf.Tensor2D>(tf.max(tf.abs(x), -1, true), LEAST);
  return { codes: tf.round(tf.mul(x, tf.div(most, magnitudes))), magnitudes };
}

function scaled({ codes: rows, magnitudes }: Rows, weights: tf.Tensor2D, scales: tf.Tensor): tf.Tensor2D {
  return tf.mul(tf.mul(tf.matMul(rows, weights), magnitudes), scales);
}

const SIZES = { width: 70, wide: 130 };
const scalesOf = (columns: number, seed: number) => randomTensor([columns], seed, 1e-4);

interface Weights {
  readonly query: tf.Tensor2D;
  readonly key: tf.Tensor2D;
  readonly wide: tf.Tensor2D;
  readonly narrow: tf.Tensor2D;
}

describe.each([0, 1] as const)(
  'plans of rows that are quantized while a request is computed, in build %i',
  (build) => {
    test.each([1, 2, 7])('multiply %i rows in bytes, equal bit for bit to float32', (rows) => {
      const { width, wide } = SIZES;
      let weights: Weights | undefined;
      const prepare = (kernels: RegisteredKernels) => {
        weights = {
          query: codes(kernels, [width, width], 1),
          key: codes(kernels, [width, width], 2),
          wide: codes(kernels, [width, wide], 3),
          narrow: codes(kernels, [wide, width], 4),
        };
      };
      const [bias, wideBias] = [randomTensor([width], 5), randomTensor([wide], 6)];
      const [scales, wideScales] = [scalesOf(width, 7), scalesOf(wide, 8)];
      const compute = (input: tf.Tensor) => {
        if (weights === undefined) throw new Error('no weights');
        const x = input as tf.Tensor2D;
        const given = quantized(x);
        const query = tf.add(scaled(given, weights.query, scales), bias);
        const key = scaled(given, weights.key, scales);
        const mean = tf.mean(x, -1, true);
        const variance = tf.mean(tf.squaredDifference(x, mean), -1, true);
        const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-6))) as tf.Tensor2D;
        const hidden = tf.relu(tf.add(scaled(quantized(normal), weights.wide, wideScales), wideBias));
        const narrow = tf.add(scaled(quantized(hidden as tf.Tensor2D), weights.narrow, scales), bias);
        return [query, key, tf.add(narrow, x)];
      };
      const shape = [rows, width];
      const values = (seed: number) => randomValues(rows * width, seed, 3);
      const recorded = recordPlan(node, compute, { shape, values: values(1) }, { build, prepare });
      try {
        // Three quantizations, four products, and a layer normalization in its parts.
        expect(recorded.plan.steps).toBe(7 + 7);
        expect(recorded.plan.isReordered).toBe(false);
        expect(recorded.plan.hasCopies).toBe(false);
        for (const seed of [2, 3]) {
          const expected = tf.tidy(() =>
            compute(tf.tensor(values(seed), shape)).map((each) => each.dataSync()),
          );
          expect(recorded.run(values(seed))).toEqual(expected);
        }
        for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY]) {
          const others = values(2);
          others[rows * width - 1] = wrong;
          expect(() => recorded.run(others)).toThrow('outside');
        }
      } finally {
        recorded.dispose();
      }
    });
  },
);

/** Records a product of five rows, and expects a plan of so many steps that computes the same, bit for bit. */
function expectSteps(
  steps: number,
  makeWeights: (kernels: RegisteredKernels) => tf.Tensor2D,
  multiply: (x: tf.Tensor2D, weights: tf.Tensor2D) => tf.Tensor,
  { width = 70, mayReorder = true }: { readonly width?: number; readonly mayReorder?: boolean } = {},
): void {
  let weights: tf.Tensor2D | undefined;
  const prepare = (kernels: RegisteredKernels) => {
    weights = makeWeights(kernels);
  };
  const compute = (x: tf.Tensor) => multiply(x as tf.Tensor2D, weights ?? tf.zeros([width, 9]));
  const shape = [5, width];
  const values = (seed: number) => randomValues(5 * width, seed, 3);
  const recorded = recordPlan(node, compute, { shape, values: values(1) }, { prepare, mayReorder });
  try {
    expect(recorded.plan.steps).toBe(steps);
    const expected = tf.tidy(() => compute(tf.tensor(values(2), shape)).dataSync());
    expect(recorded.run(values(2))).toEqual([expected]);
  } finally {
    recorded.dispose();
  }
}

describe('a convolution that leads to no product changes the order of its sums, and no code', () => {
  const SHAPE: [number, number, number, number] = [1, 4, 8, 16];
  const [PIXELS, CHANNELS] = [32, 16];
  const convolve = (x: tf.Tensor4D, seed: number): tf.Tensor4D =>
    tf.conv2d(x, randomTensor([3, 3, CHANNELS, CHANNELS], seed) as tf.Tensor4D, 1, 'same');
  /** The product of each pixel, as an image. */
  const multiply = (x: tf.Tensor4D, weights: tf.Tensor2D): tf.Tensor4D => {
    const rows = tf.reshape(x, [PIXELS, CHANNELS]) as tf.Tensor2D;
    return tf.reshape(scaled(quantized(rows), weights, scalesOf(CHANNELS, 7)), SHAPE) as tf.Tensor4D;
  };
  const normalize = (x: tf.Tensor4D): tf.Tensor4D => {
    const vector = (seed: number) => randomTensor([CHANNELS], seed) as tf.Tensor1D;
    return tf.batchNorm4d(x, vector(3), tf.add(tf.abs(vector(4)), 1), vector(5), vector(6), 0.1);
  };

  test.each<{
    where: string;
    copies: boolean;
    compute: (x: tf.Tensor4D, weights: tf.Tensor2D) => { exact: tf.Tensor[]; close: tf.Tensor[] };
  }>([
    {
      where: 'behind the last product',
      copies: true,
      compute: (x, weights) => {
        const product = multiply(convolve(x, 1), weights);
        return { exact: [product], close: [convolve(product, 2)] };
      },
    },
    {
      where: 'beside the product',
      copies: true,
      compute: (x, weights) => ({ exact: [multiply(x, weights)], close: [normalize(convolve(x, 2))] }),
    },
    {
      where: 'but not between two products',
      copies: false,
      compute: (x, weights) => {
        const between = normalize(convolve(multiply(x, weights), 1));
        return { exact: [multiply(between, weights)], close: [] };
      },
    },
    {
      where: 'but not before a rounding that stays in float32',
      copies: false,
      compute: (x, weights) => ({ exact: [multiply(x, weights), tf.round(convolve(x, 2))], close: [] }),
    },
  ])('$where', ({ copies, compute }) => {
    let weights: tf.Tensor2D | undefined;
    const prepare = (kernels: RegisteredKernels) => {
      weights = codes(kernels, [CHANNELS, CHANNELS], 1);
    };
    const all = (input: tf.Tensor) => {
      if (weights === undefined) throw new Error('no weights');
      return compute(input as tf.Tensor4D, weights);
    };
    const values = (seed: number) => randomValues(PIXELS * CHANNELS, seed, 3);
    const computation = (x: tf.Tensor) => {
      const { exact, close } = all(x);
      return [...exact, ...close];
    };
    const recorded = recordPlan(node, computation, { shape: SHAPE, values: values(1) }, { prepare });
    try {
      expect(recorded.plan.hasCopies).toBe(copies);
      expect(recorded.plan.isReordered).toBe(copies);
      for (const seed of [2, 3]) {
        const found = recorded.run(values(seed));
        tf.tidy(() => {
          const { exact, close } = all(tf.tensor(values(seed), SHAPE));
          expect(found.slice(0, exact.length)).toEqual(exact.map((each) => each.dataSync()));
          for (const [index, each] of close.entries()) {
            const tensor = tf.tensor(found[exact.length + index] ?? [], each.shape);
            expectClose(tensor, each, 9 * CHANNELS);
          }
        });
      }
    } finally {
      recorded.dispose();
    }
  });
});

describe('products stay in float32', () => {
  const plain = (x: tf.Tensor2D, weights: tf.Tensor2D) => scaled(quantized(x), weights, scalesOf(9, 7));
  /** The steps of a quantization and a product in float32. */
  const FLOAT_STEPS = 9;
  const matrix = (kernels: RegisteredKernels) => codes(kernels, [70, 9], 1);

  test('unless all is as it should be', () => {
    expectSteps(2, matrix, plain);
  });

  test('and with rows and columns of two dimensions', () => {
    const table = (kernels: RegisteredKernels) => {
      const spec = { name: 'w', shape: [70, 9], dtype: 'float32', quantization: CODES } as const;
      const bytes = new Uint8Array(630).map((_, index) => (index * 37) % 255);
      return streamWeight(kernels, { ...spec, shape: [70, 9] }, bytes, [], 'matrix') as tf.Tensor2D;
    };
    expectSteps(2, table, (input, weights) => {
      const x = tf.reshape(input, [5, 7, 10]);
      const magnitudes = tf.maximum(tf.max(tf.abs(x), [-2, -1], true), LEAST);
      const rows = tf.reshape(tf.round(tf.mul(x, tf.div(127, magnitudes))), [5, 70]);
      const sums = tf.reshape(tf.matMul(rows, weights), [5, 3, 3]);
      return tf.mul(tf.mul(sums, magnitudes), randomTensor([3, 3], 7, 1e-4));
    });
  });

  test('if the plan must not differ from its recording', () => {
    expectSteps(FLOAT_STEPS, matrix, plain, { mayReorder: false });
  });

  test('if the weights are no integers', () => {
    const quantization: Quantization = { dtype: 'uint8', scale: 0.5, min: -63.5 };
    expectSteps(FLOAT_STEPS, (kernels) => codes(kernels, [70, 9], 1, { quantization }), plain);
  });

  test.each([
    { width: 1024, steps: 2 },
    { width: 1032, steps: FLOAT_STEPS },
  ])('if a sum of $width products might be beyond 2^24', ({ width, steps }) => {
    const full: Quantization = { dtype: 'uint8', scale: 1, min: -127 };
    const largest = (kernels: RegisteredKernels) => {
      const spec = { name: 'w', shape: [width, 9], dtype: 'float32', quantization: full } as const;
      const bytes = new Uint8Array(width * 9).fill(254);
      return streamWeight(kernels, { ...spec, shape: [width, 9] }, bytes, [], 'matrix') as tf.Tensor2D;
    };
    expectSteps(steps, largest, plain, { width });
  });

  test('if codes are of another size', () => {
    expectSteps(FLOAT_STEPS, matrix, (x, weights) => scaled(quantized(x, 126), weights, scalesOf(9, 7)));
  });

  test('if the sums are scaled by the magnitudes of other rows', () => {
    expectSteps(FLOAT_STEPS + 4, matrix, (x, weights) => {
      const others = quantized(tf.mul(x, x));
      return scaled({ ...quantized(x), magnitudes: others.magnitudes }, weights, scalesOf(9, 7));
    });
  });

  test('if the magnitudes are those of columns', () => {
    expectSteps(FLOAT_STEPS - 1, matrix, (x, weights) => {
      const magnitudes = tf.maximum<tf.Tensor2D>(tf.max(tf.abs(x), 0, true), LEAST);
      const codes = tf.round(tf.mul(x, tf.div(127, magnitudes))) as tf.Tensor2D;
      return tf.mul(tf.matMul(codes, weights), scalesOf(9, 7));
    });
  });
});
