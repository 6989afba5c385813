import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { randomValues } from '../../../fixtures/kernels/comparison.ts';
import { createNodeBackend, type NodeBackend } from '../../../fixtures/kernels/node_backend.ts';
import { type Codes, expectSame, INT8, quantized, UINT8, weights } from '../quantized_layers.ts';
import { recordPlan } from '../recorded_plan.ts';

let node: NodeBackend;
beforeAll(async () => {
  node = await createNodeBackend();
});

/** A block as in MobileNetV2: an expansion, a depthwise convolution, a projection and a residual addition. */
function block(codes: Codes, channels: number, stride: 1 | 2, most = 127): (x: tf.Tensor) => tf.Tensor {
  const { zero } = codes;
  const expansion = weights([1, 1, channels, 3 * channels], 1, most);
  const filter = weights([3, 3, 3 * channels, 1], 2, most);
  const projection = weights([1, 1, 3 * channels, channels], 3, most);
  const biases = [3, 3, 1].map((times, index) => weights([times * channels], 4 + index, 3000));
  const [b0, b1, b2] = biases as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
  const scales = tf.tensor(
    randomValues(3 * channels, 7, 0.001).map((value) => 0.002 + value),
    [3 * channels],
  );
  return (x) => {
    const given = quantized(x, 40, codes);
    const common = { strides: 1, pad: 'same' } as const;
    const wide = quantized(
      tf.fused.conv2d({
        ...common,
        x: tf.sub<tf.Tensor4D>(given, zero),
        filter: expansion as tf.Tensor4D,
        bias: b0,
      }),
      scales,
      codes,
    );
    const filtered = quantized(
      tf.fused.depthwiseConv2d({
        x: tf.sub<tf.Tensor4D>(wide, zero),
        filter: filter as tf.Tensor4D,
        strides: stride,
        pad: 'same',
        bias: b1,
      }),
      scales,
      codes,
    );
    const narrow = quantized(
      tf.fused.conv2d({
        ...common,
        x: tf.sub<tf.Tensor4D>(filtered, zero),
        filter: projection as tf.Tensor4D,
        bias: b2,
      }),
      0.0013,
      codes,
    );
    const result =
      stride === 2
        ? narrow
        : quantized(tf.add(tf.mul(tf.sub(narrow, zero), 0.7), tf.mul(tf.sub(given, zero), 0.9)), 0.8, codes);
    return tf.mul(tf.sub(result, zero), 0.05);
  };
}

describe('plans of quantized networks', () => {
  test.each([
    { name: 'int8', codes: INT8 },
    { name: 'uint8', codes: UINT8 },
  ])('compute $name in bytes, equal bit for bit to float32', ({ codes }) => {
    fc.assert(
      fc.property(
        fc.record({
          height: fc.integer({ min: 1, max: 9 }),
          width: fc.integer({ min: 1, max: 9 }),
          channels: fc.constantFrom(1, 3, 5, 8, 24),
          stride: fc.constantFrom<1 | 2>(1, 2),
          build: fc.constantFrom<0 | 1>(0, 1),
        }),
        ({ height, width, channels, stride, build }) => {
          const shape = [1, height, width, channels];
          const compute = block(codes, channels, stride);
          const values = (seed: number) => randomValues(height * width * channels, seed, 3);
          const recorded = recordPlan(node, compute, { shape, values: values(1) }, { build });
          try {
            expect(recorded.plan.hasCopies).toBe(true);
            expect(recorded.plan.isReordered).toBe(false);
            // Without the steps from bytes to bytes there are about five times as many.
            expect(recorded.plan.steps).toBeLessThan(stride === 1 ? 14 : 13);
            for (const seed of [2, 3]) {
              const expected = tf.tidy(() => compute(tf.tensor(values(seed), shape)).dataSync());
              expect(recorded.run(values(seed))).toEqual([expected]);
            }
          } finally {
            recorded.dispose();
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  test.each([
    { name: 'integers of 32 bits, without floats between', scale: 1, shift: -128, steps: 5 },
    { name: 'integers of 32 bits that are scaled, with floats', scale: 0.5, shift: -128, steps: 7 },
    { name: 'integers that are moved by a fraction, with floats', scale: 1, shift: 0.5, steps: 7 },
    { name: 'integers that are moved far, with floats', scale: 1, shift: -(2 ** 24), steps: 7 },
  ])('begin with $name', ({ scale, shift, steps }) => {
    const filter = weights([3, 3, 3, 8], 1) as tf.Tensor4D;
    const compute = (x: tf.Tensor) => {
      const integers = tf.cast(tf.cast(x, 'int32'), 'float32');
      const given = quantized(tf.add(integers, shift), scale, INT8);
      const sums = tf.conv2d(tf.sub<tf.Tensor4D>(given, INT8.zero), filter, 2, 'same');
      return tf.sub(quantized(sums, 0.002, UINT8), 1);
    };
    const shape = [1, 7, 6, 3];
    const values = (seed: number) =>
      randomValues(126, seed, 300).map(
        (value, index) => value * 2 ** (index % 3 === 0 ? (index % 8) * 3 : 0),
      );
    const recorded = recordPlan(node, compute, { shape, values: values(1) });
    expect(recorded.plan.steps).toBe(steps);
    const expected = tf.tidy(() => compute(tf.tensor(values(2), shape)).dataSync());
    expect(recorded.run(values(2))).toEqual([expected]);
    recorded.dispose();
  });

  test('begin with codes that no step bounds, and cover no other values', () => {
    const filter = weights([3, 3, 3, 8], 1) as tf.Tensor4D;
    const compute = (x: tf.Tensor) => {
      const sums = tf.conv2d(tf.sub<tf.Tensor4D>(x, UINT8.zero), filter, 2, 'same');
      return tf.sub(quantized(sums, 0.002, UINT8), 1);
    };
    const shape = [1, 7, 6, 3];
    const codes = (seed: number) => randomValues(126, seed, 127.5).map((value) => Math.round(value + 127.5));
    const recorded = recordPlan(node, compute, { shape, values: codes(1) });
    expect(recorded.plan.hasCopies).toBe(true);
    const expected = tf.tidy(() => compute(tf.tensor(codes(2), shape)).dataSync());
    expect(recorded.run(codes(2))).toEqual([expected]);
    for (const wrong of [-1, 256, 0.5, Number.NaN]) {
      const values = codes(2);
      values[125] = wrong;
      expect(() => recorded.run(values)).toThrow('outside');
    }
    expect(recorded.run(codes(2))).toEqual([expected]);
    recorded.dispose();
  });

  test.each([
    { name: 'of the zero is part of the convolution', value: INT8.zero, steps: 4 },
    { name: 'of another value is copied', value: 5, steps: 6 },
  ])('padding $name', ({ value, steps }) => {
    const filter = weights([3, 3, 8, 1], 1) as tf.Tensor4D;
    const compute = (x: tf.Tensor) => {
      const padded = tf.pad(
        quantized(x, 40, INT8),
        [
          [0, 0],
          [1, 2],
          [0, 1],
          [0, 0],
        ],
        value,
      );
      const sums = tf.depthwiseConv2d(tf.sub<tf.Tensor4D>(padded, INT8.zero), filter, 2, 'valid');
      return tf.sub(quantized(sums, 0.004, INT8), 1);
    };
    const shape = [1, 6, 5, 8];
    const values = (seed: number) => randomValues(240, seed, 3);
    const recorded = recordPlan(node, compute, { shape, values: values(1) });
    expect(recorded.plan.steps).toBe(steps);
    const expected = tf.tidy(() => compute(tf.tensor(values(2), shape)).dataSync());
    expect(recorded.run(values(2))).toEqual([expected]);
    recorded.dispose();
  });

  test('keep a channel without weights whose bias is beyond 2^24', () => {
    const values = weights([1, 1, 4, 2], 1).dataSync<'float32'>();
    const filter = tf.tensor4d(
      values.map((value, index) => (index % 2 === 0 ? 0 : value)),
      [1, 1, 4, 2],
    );
    const compute = (x: tf.Tensor) => {
      const given = tf.sub<tf.Tensor4D>(quantized(x, 40, INT8), INT8.zero);
      const bias = tf.tensor1d([-154_995_744, 300]);
      const sums = tf.fused.conv2d({ x: given, filter, bias, strides: 1, pad: 'same' });
      return tf.sub(quantized(sums, 0.002, INT8), 1);
    };
    const shape = [1, 3, 3, 4];
    const recorded = recordPlan(node, compute, { shape, values: randomValues(36, 1, 3) });
    expect(recorded.plan.hasCopies).toBe(true);
    const expected = tf.tidy(() => compute(tf.tensor(randomValues(36, 2, 3), shape)).dataSync());
    expect(recorded.run(randomValues(36, 2, 3))).toEqual([expected]);
    recorded.dispose();
  });

  test('stay with floats where a sum might be beyond 2^24', () => {
    const filter = tf.fill<tf.Rank.R4>([1, 1, 1100, 8], 127);
    const compute = (x: tf.Tensor) => {
      const given = tf.sub<tf.Tensor4D>(quantized(x, 40, INT8), INT8.zero);
      return tf.sub(quantized(tf.conv2d(given, filter, 1, 'same'), 0.0001, INT8), 1);
    };
    const recorded = recordPlan(node, compute, { shape: [1, 2, 2, 1100], values: randomValues(4400, 1, 3) });
    expect(recorded.plan.hasCopies).toBe(false);
    recorded.dispose();
  });

  test.each([
    { name: 'of 8 bits with another zero', from: -100, to: 150, hasCopies: true },
    { name: 'of 8 bits below and above 7', from: -128, to: 127, hasCopies: false },
    { name: 'of 9 bits', from: -254, to: 254, hasCopies: false },
  ])('weights $name: in bytes is $hasCopies', ({ from, to, hasCopies }) => {
    const middle = Math.ceil((from + to) / 2);
    const filter = tf.add<tf.Tensor4D>(weights([2, 2, 6, 8], 1, Math.floor((to - from) / 2)), middle);
    const extremes = tf.pad(tf.tensor4d([from, to], [1, 1, 1, 2]), [
      [0, 1],
      [0, 1],
      [0, 5],
      [0, 6],
    ]);
    const taken = tf.where(tf.equal(extremes, 0), filter, extremes) as tf.Tensor4D;
    expectSame(node, { hasCopies }, [1, 5, 4, 6], (x) => {
      const given = tf.sub<tf.Tensor4D>(quantized(x, 40, UINT8), UINT8.zero);
      return tf.sub(quantized(tf.conv2d(given, taken, 1, 'same'), 0.0008, UINT8), 1);
    });
  });

  test('weights of a depthwise convolution are sums of two bytes if one is not enough', () => {
    for (const [size, stride] of [
      [3, 1],
      [5, 2],
    ] as const) {
      const filter = weights([size, size, 20, 1], 1, 254) as tf.Tensor4D;
      expectSame(node, { hasCopies: true }, [1, 7, 6, 20], (x) => {
        const given = tf.sub<tf.Tensor4D>(quantized(x, 40, UINT8), UINT8.zero);
        return tf.sub(quantized(tf.depthwiseConv2d(given, filter, stride, 'same'), 0.001, UINT8), 1);
      });
    }
  });

  test('stay with floats where a weight has 10 bits, or is no integer', () => {
    for (const most of [300, 126.5]) {
      const filter = tf.add<tf.Tensor4D>(weights([3, 3, 8, 1], 1, 50), most - 50);
      expectSame(node, { hasCopies: false }, [1, 4, 4, 8], (x) => {
        const given = tf.sub<tf.Tensor4D>(quantized(x, 40, INT8), INT8.zero);
        return tf.sub(quantized(tf.depthwiseConv2d(given, filter, 1, 'same'), 0.001, INT8), 1);
      });
    }
  });
});
