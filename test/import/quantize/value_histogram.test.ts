import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ValueHistogram } from '../../../import/quantize/static/calibration/value_histogram.ts';
import { seededRandom } from '../../../models/build/seeded_random.ts';

/** The mean square error of values that are rounded to 256 steps from the least to the most, with 0 among them. */
function error(values: readonly number[], least: number, most: number): number {
  const scale = (most - least) / 255;
  const zero = Math.round(-least / scale);
  const sum = values.reduce((total, value) => {
    const step = Math.min(Math.max(Math.round(value / scale) + zero, 0), 255);
    return total + (value - (step - zero) * scale) ** 2;
  }, 0);
  return sum / values.length;
}

function rangeOf(values: readonly number[]) {
  const histogram = new ValueHistogram();
  histogram.add(values);
  return histogram.range();
}

describe('the range of a tensor', () => {
  test('of uniform values is that of all of them', () => {
    const random = seededRandom(1);
    const values = Array.from({ length: 4000 }, () => random.uniform(-1, 3));
    expect(rangeOf([...values, -1, 3])).toEqual({ least: -1, most: 3 });
  });

  test('has 0 in it', () => {
    expect(rangeOf([2, 3, 4])).toMatchObject({ least: 0 });
    expect(rangeOf([-2, -3])).toMatchObject({ most: 0 });
    expect(rangeOf([0, 0])).toEqual({ least: 0, most: 0 });
  });

  test('cuts off values that are rare enough', () => {
    const random = seededRandom(2);
    const values = Array.from({ length: 200_000 }, () => random.normal(0, 1));
    values[77] = 9;
    const { least = 0, most = 0 } = rangeOf(values) ?? {};
    expect(most).toBeLessThan(7);
    expect(least).toBeLessThan(-3);
    expect(error(values, least, most)).toBeLessThan(0.8 * error(values, -4.6, 9));
  });

  test('is hardly worse than that of all values, however these lie', () => {
    const value = fc.oneof(
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.double({ min: -50, max: 50, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 300, maxLength: 600 }), (values) => {
        const { least = 0, most = 0 } = rangeOf(values) ?? {};
        const [lowest, highest] = [Math.min(0, ...values), Math.max(0, ...values)];
        fc.pre(highest - lowest > 1e-3);
        const width = (highest - lowest) / 255;
        expect(error(values, least, most)).toBeLessThanOrEqual(
          error(values, lowest, highest) + width ** 2 / 12,
        );
      }),
      { numRuns: Number(process.env.FUZZ_CASES ?? 50) },
    );
  });

  test('is not known without values, or with one that is not finite', () => {
    expect(rangeOf([])).toBeUndefined();
    expect(rangeOf([1, Number.NaN])).toBeUndefined();
    expect(rangeOf([1, Number.POSITIVE_INFINITY])).toBeUndefined();
  });
});
