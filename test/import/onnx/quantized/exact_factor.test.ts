import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exactFactor, nearest } from '../../../../import/onnx/operators/quantization/exact_factor.ts';

const { fround } = Math;
const SCALES = fc.float({ min: fround(1e-6), max: fround(1e3), noNaN: true });
const INTEGERS: readonly [number, number] = [-255, 255];

/** Ties go to the even integer: an independent form, by the parity of the integers around. */
function roundHalfEven(value: number): number {
  const [below, above] = [Math.floor(value), Math.ceil(value)];
  if (value - below < above - value) return below;
  if (value - below > above - value) return above;
  return below % 2 === 0 ? below : above;
}

describe('nearest', () => {
  test.each([
    [0.5, 0],
    [1.5, 2],
    [-0.5, -0],
    [-1.5, -2],
    [-2.5, -2],
    [2.4999, 2],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ])('of %d is %d', (value, wanted) => {
    expect(nearest(value) + 0).toBe(wanted + 0);
  });
});

describe('the factor between two scales', () => {
  test('makes the integers that a product and a quotient make, for every integer of 8 bits', () => {
    fc.assert(
      fc.property(SCALES, SCALES, (from, to) => {
        const factor = exactFactor(from, to, INTEGERS);
        if (factor === undefined) return;
        for (let integer = INTEGERS[0]; integer <= INTEGERS[1]; integer++) {
          const wanted = roundHalfEven(fround(fround(integer * from) / to));
          expect(roundHalfEven(fround(integer * factor)) + 0).toBe(wanted + 0);
        }
      }),
    );
  });

  test.each([
    ['equal scales', 0.021, 0.021],
    ['a finer scale', 0.0173, 0.0213],
    ['a power of two', 0.5, 0.125],
  ])('is found for %s', (_, from, to) => {
    expect(exactFactor(fround(from), fround(to), [-255, 255])).toBeDefined();
  });
});
