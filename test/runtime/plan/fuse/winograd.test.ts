import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectClose, onCpu, randomValues } from '../../../fixtures/kernels/comparison.ts';
import { createNodeBackend, type NodeBackend } from '../../../fixtures/kernels/node_backend.ts';
import { recordPlan } from '../recorded_plan.ts';

let node: NodeBackend;
beforeAll(async () => {
  node = await createNodeBackend();
});

type Shape4D = [number, number, number, number];
interface Convolution {
  readonly shape: Shape4D;
  readonly filter: readonly [height: number, width: number];
  readonly outChannels: number;
  readonly strides?: number | [number, number];
  readonly dilations?: number | [number, number];
  readonly pad?: 'same' | 'valid';
  readonly seed?: number;
}

function convolve(x: tf.Tensor, convolution: Convolution): tf.Tensor4D {
  const { shape, filter, outChannels, strides = 1, dilations = 1, pad = 'same', seed = 1 } = convolution;
  const filterShape: Shape4D = [...filter, shape[3], outChannels];
  const weights = tf.tensor4d(randomValues(tf.util.sizeFromShape(filterShape), seed + 1), filterShape);
  return tf.conv2d(x as tf.Tensor4D, weights, strides, pad, 'NHWC', dilations);
}

/**
 * Compares a plan with tfjs's CPU backend. Returns true if the plan has transformed weights.
 *
 * @param options.largestTerm the largest term of the convolution's sums, after the following steps
 */
function compare(
  { shape, filter, seed = 1 }: Convolution,
  compute: (x: tf.Tensor) => tf.Tensor,
  { largestTerm = 1, ...options }: Parameters<typeof recordPlan>[3] & { readonly largestTerm?: number } = {},
): boolean {
  const count = tf.util.sizeFromShape(shape);
  const recorded = recordPlan(node, compute, { shape, values: randomValues(count, seed) }, options);
  const x = tf.tensor(randomValues(count, seed + 7), shape);
  try {
    const [values = new Float32Array()] = recorded.run(x.dataSync<'float32'>());
    tf.tidy(() => {
      const expected = onCpu([x], compute);
      const terms = filter[0] * filter[1] * shape[3] * largestTerm;
      expectClose(tf.tensor(values, expected.shape), expected, terms);
    });
    expect(recorded.plan.isReordered).toBe(recorded.plan.hasCopies);
    return recorded.plan.hasCopies;
  } finally {
    recorded.dispose();
    x.dispose();
  }
}

describe('a convolution whose filter is 3 wide takes fewer products, and computes what tfjs does', () => {
  const convolutions = fc.record({
    shape: fc.tuple(
      fc.integer({ min: 1, max: 2 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 6, max: 40 }),
      fc.integer({ min: 16, max: 37 }),
    ),
    filter: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.constant(3)),
    outChannels: fc.integer({ min: 16, max: 41 }),
    dilations: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.constant(1)),
    pad: fc.constantFrom<'same' | 'valid'>('same', 'valid'),
    seed: fc.nat(999),
  });
  const isThere = ({ shape, filter, dilations, pad }: Convolution): boolean => {
    const dilated = Array.isArray(dilations) ? (filter[0] - 1) * dilations[0] + 1 : filter[0];
    const outWidth = shape[2] - (pad === 'valid' ? 2 : 0);
    return (pad === 'same' || dilated <= shape[1]) && Math.ceil(outWidth / 4) * 6 <= 0.75 * outWidth * 3;
  };

  test('of any size and padding, from both builds', () => {
    fc.assert(
      fc.property(convolutions, fc.constantFrom<0 | 1>(0, 1), (convolution, build) => {
        fc.pre(isThere(convolution));
        expect(compare(convolution, (x) => convolve(x, convolution), { build })).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('with a bias, the other branch of a residual block, a batch normalization and bounds', () => {
    fc.assert(
      fc.property(convolutions, fc.boolean(), fc.boolean(), (drawn, adds, normalizes) => {
        const channels = drawn.shape[3];
        const convolution: Convolution = { ...drawn, outChannels: channels, pad: 'same' };
        fc.pre(isThere(convolution));
        const vector = (offset: number) => tf.tensor1d(randomValues(channels, drawn.seed + offset));
        const compute = (x: tf.Tensor): tf.Tensor => {
          const product = convolve(x, convolution);
          const normal = normalizes
            ? tf.batchNorm(product, vector(3), tf.abs(vector(4)), vector(5), vector(6), 0.1)
            : product;
          return tf.clipByValue(adds ? tf.add(normal, x) : normal, -5, 1000);
        };
        // The factor by which the smallest variance, 0, enlarges each term.
        const largestTerm = normalizes ? 1 / Math.sqrt(0.1) : 1;
        expect(compare(convolution, compute, { largestTerm })).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('with the bias and the activation of a fused one', () => {
    const convolution: Convolution = { shape: [1, 3, 21, 19], filter: [3, 3], outChannels: 18 };
    const fused = (x: tf.Tensor) =>
      tf.fused.conv2d({
        x: x as tf.Tensor4D,
        filter: tf.tensor4d(randomValues(9 * 19 * 18, 3), [3, 3, 19, 18]),
        strides: 1,
        pad: 'same',
        bias: tf.tensor1d(randomValues(18, 4)),
        activation: 'relu6',
      });
    expect(compare(convolution, fused)).toBe(true);
  });
});

describe('a convolution stays as it is', () => {
  const covered: Convolution = { shape: [1, 4, 16, 16], filter: [3, 3], outChannels: 16 };

  test.each<[string, Convolution]>([
    ['the filter is 2 wide', { ...covered, filter: [3, 2] }],
    ['the filter is 5 wide', { ...covered, filter: [3, 5] }],
    ['it goes on by two columns', { ...covered, strides: [1, 2] }],
    ['it goes on by two rows', { ...covered, strides: [2, 1] }],
    ['its columns are dilated', { ...covered, dilations: [1, 2] }],
    ['there are few channels', { ...covered, shape: [1, 4, 16, 15] }],
    ['there are few results for each pixel', { ...covered, outChannels: 15 }],
    ['the rows are short', { ...covered, shape: [1, 4, 5, 16] }],
    ['the image is too large for the cache', { ...covered, shape: [1, 150, 150, 16] }],
    ['its other weights are too large', { ...covered, shape: [1, 1, 8, 512], outChannels: 320 }],
  ])('where %s', (_name, convolution) => {
    expect(compare(convolution, (x) => convolve(x, convolution))).toBe(false);
  });

  test('where another shape has weights of its own already', () => {
    expect(compare(covered, (x) => convolve(x, covered), { mayCopy: false })).toBe(false);
    expect(compare(covered, (x) => convolve(x, covered), { mayReorder: false })).toBe(false);
  });

  test('where its weights are computed', () => {
    const image = () => tf.tensor4d(randomValues(4 * 16 * 16, 3), [1, 4, 16, 16]);
    const filters: Convolution = { ...covered, shape: [3, 3, 16, 16] };
    expect(compare(filters, (x) => tf.conv2d(image(), x as tf.Tensor4D, 1, 'same'))).toBe(false);
  });
});

test('the transformed weights are freed with the plan', () => {
  const convolution: Convolution = { shape: [1, 1, 8, 256], filter: [1, 3], outChannels: 256 };
  const cycle = (): number => {
    compare(convolution, (x) => convolve(x, convolution));
    return node.memory.buffer.byteLength;
  };
  const heap = cycle();
  for (let time = 0; time < 20; time++) expect(cycle()).toBe(heap);
});
