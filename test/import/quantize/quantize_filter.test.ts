import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { float32Values } from '../../../import/graph/float32_values.ts';
import { integerWeight } from '../../../import/quantize/integer_weight.ts';
import { activatedCodes, codesOfRange } from '../../../import/quantize/static/byte_codes.ts';
import { quantizeFilter } from '../../../import/quantize/static/quantize_filter.ts';
import { float32Weight } from '../../fixtures/graphs/memory_weight.ts';

const RUNS = { numRuns: Number(process.env.FUZZ_CASES ?? 200) };

describe('codes of a range', () => {
  test('have 0 among them, and are off by at most half a step within the range', () => {
    const edge = fc.float({ min: -1e4, max: 1e4, noNaN: true });
    fc.assert(
      fc.property(edge, edge, fc.double({ min: 0, max: 1, noNaN: true }), (one, other, place) => {
        const [least, most] = [Math.min(one, other, 0), Math.max(one, other, 0)];
        fc.pre(most - least > 1e-6);
        const { scale, zero } = codesOfRange({
          least: Math.min(one, other),
          most: Math.max(one, other),
        });
        expect(Number.isInteger(zero) && zero >= -128 && zero <= 127).toBe(true);
        const value = least + place * (most - least);
        const code = Math.min(Math.max(Math.round(value / scale) + zero, -128), 127);
        // The zero itself is rounded too, which shifts the ends of the range by up to half a step.
        expect(Math.abs((code - zero) * scale - value)).toBeLessThanOrEqual(scale * (1 + 1e-4));
      }),
      RUNS,
    );
  });

  test('have a zero of 0, and not of -0', () => {
    expect(codesOfRange({ least: -127.6, most: 127.4 }).zero).toBe(0);
  });

  test('of activations end at the codes of 0 and of 6', () => {
    const codes = { scale: 0.05, zero: -100 };
    expect(activatedCodes(codes, 'none').range).toEqual([-128, 127]);
    expect(activatedCodes(codes, 'relu').range).toEqual([-100, 127]);
    expect(activatedCodes(codes, 'relu6').range).toEqual([-100, 20]);
  });
});

/** A filter [taps, channels] with values of very different magnitudes, and codes on both sides. */
const filters = fc
  .record({ taps: fc.integer({ min: 1, max: 40 }), channels: fc.integer({ min: 1, max: 5 }) })
  .chain(({ taps, channels }) =>
    fc.record({
      channels: fc.constant(channels),
      taps: fc.constant(taps),
      values: fc.array(fc.float({ min: -8, max: 8, noNaN: true }), {
        minLength: taps * channels,
        maxLength: taps * channels,
      }),
      bias: fc.array(fc.float({ min: -100, max: 100, noNaN: true }), {
        minLength: channels,
        maxLength: channels,
      }),
      range: fc.tuple(
        fc.float({ min: -20, max: 0, noNaN: true }),
        fc.float({ min: Math.fround(0.1), max: 20, noNaN: true }),
      ),
    }),
  );

describe('a quantized filter', () => {
  test('stands for the weights, and no sum of its products with bytes leaves the integers of float32', async () => {
    await fc.assert(
      fc.asyncProperty(filters, async ({ taps, channels, values, bias, range: [least, most] }) => {
        const x = codesOfRange({ least, most });
        const y = codesOfRange({ least: -50, most: 50 });
        const floats = Float32Array.from(values);
        const channelOf = (index: number) => index % channels;
        const meanInputOf = (index: number) => least + ((most - least) * (index % 7)) / 7;
        const shape = [taps, channels];
        const filter = {
          values: floats,
          channels,
          channelOf,
          bias: Float32Array.from(bias),
          meanInputOf,
        };
        const quantized = quantizeFilter(filter, x, y);
        if (quantized.kind !== 'quantized') throw new Error(quantized.kind);
        const { scales, biases } = quantized;
        const stored = integerWeight(float32Weight(shape, values), { scales, channelOf });
        const integers = float32Values(await stored.read());
        const bytes = await stored.quantized?.read();
        expect([...integers]).toEqual([...(bytes ?? [])].map((byte) => byte - 128));
        for (let channel = 0; channel < channels; channel++) {
          const scale = scales[channel] ?? 0;
          let [above, below] = [Math.abs(biases[channel] ?? 0), Math.abs(biases[channel] ?? 0)];
          for (let tap = 0; tap < taps; tap++) {
            const integer = integers[tap * channels + channel] ?? Number.NaN;
            expect(Math.abs(integer)).toBeLessThanOrEqual(127);
            const off = Math.abs(integer * scale - (floats[tap * channels + channel] ?? 0));
            expect(off).toBeLessThanOrEqual((scale / 2) * (1 + 1e-5));
            const products = [integer * (-128 - x.zero), integer * (127 - x.zero)];
            above += Math.max(...products);
            below -= Math.min(...products);
          }
          expect(Math.max(above, below)).toBeLessThanOrEqual(2 ** 24);
        }
      }),
      RUNS,
    );
  });

  test('of more taps than float32 can sum up with 7 bits has smaller weights', () => {
    const taps = 3 * 3 * 512;
    const filter = {
      values: new Float32Array(taps).fill(0.5),
      channels: 1,
      channelOf: () => 0,
      bias: undefined,
      meanInputOf: () => 0.5,
    };
    const [x, y] = [codesOfRange({ least: 0, most: 1 }), codesOfRange({ least: 0, most: 600 })];
    // All weights at 127 would sum up to 127 * 255 * 4608.
    expect(quantizeFilter(filter, x, y)).toEqual({ kind: 'too large' });
    const spread = { ...filter, values: filter.values.map((_, index) => (index % 8 === 0 ? 0.5 : 0.1)) };
    const quantized = quantizeFilter(spread, x, y);
    if (quantized.kind !== 'quantized') throw new Error(quantized.kind);
    const largest = 0.5 / (quantized.scales[0] ?? 0);
    expect(largest).toBeGreaterThan(31);
    expect(largest).toBeLessThan(127);
  });

  test('of a channel that gives its bias alone has that bias', () => {
    const filter = {
      values: Float32Array.of(1e-12, 1, -1e-12, 0.5),
      channels: 2,
      channelOf: (index: number) => index % 2,
      bias: Float32Array.of(0.75, 0),
      meanInputOf: () => 0,
    };
    const [x, y] = [codesOfRange({ least: 0, most: 1 }), codesOfRange({ least: 0, most: 2 })];
    const quantized = quantizeFilter(filter, x, y);
    if (quantized.kind !== 'quantized') throw new Error(quantized.kind);
    expect((quantized.biases[0] ?? 0) * (quantized.scales[0] ?? 0) * x.scale).toBeCloseTo(0.75, 5);
  });

  test('has a bias that makes up in the mean for what the rounding of its weights takes off', () => {
    const values = Float32Array.of(1, 0.3003, -0.7007, 0.4999);
    const means = [2, 1, 0.5, 3];
    const filter = {
      ...{ values, channels: 1, channelOf: () => 0, bias: Float32Array.of(0.2) },
      meanInputOf: (index: number) => means[index] ?? 0,
    };
    const [x, y] = [codesOfRange({ least: 0, most: 4 }), codesOfRange({ least: -4, most: 4 })];
    const quantized = quantizeFilter(filter, x, y);
    if (quantized.kind !== 'quantized') throw new Error(quantized.kind);
    const scale = quantized.scales[0] ?? 0;
    const exact = values.reduce((sum, value, index) => sum + value * (means[index] ?? 0), 0.2);
    const rounded = values.reduce(
      (sum, value, index) => sum + Math.round(value / scale) * scale * (means[index] ?? 0),
      (quantized.biases[0] ?? 0) * scale * x.scale,
    );
    // The bias itself is rounded.
    expect(Math.abs(rounded - exact)).toBeLessThanOrEqual((scale * x.scale) / 2 + 1e-6);
  });
});
