import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TensorValue } from '../../../../worker/model/tensor.ts';
import { RequestShape } from '../../../../worker/runtime/plan/record/request_shape.ts';
import { Evidence, isInformative } from '../../../../worker/runtime/plan/verify/evidence.ts';
import { fingerprint } from '../../../../worker/runtime/plan/verify/fingerprint.ts';
import { areEquivalent } from '../../../../worker/runtime/plan/verify/output_equivalence.ts';
import { probesLike } from '../../../../worker/runtime/plan/verify/probe_inputs.ts';
import { areWellScaled } from '../../../../worker/runtime/plan/verify/well_scaled_inputs.ts';

const floats = (values: readonly number[], shape: readonly number[] = [values.length]): TensorValue => ({
  dtype: 'float32',
  shape,
  values: Float32Array.from(values),
});
const one = (value: TensorValue) => new Map([['x', value]]);

describe('two answers', () => {
  test('agree if they are the same, NaN and the sign of zero aside', () => {
    fc.assert(
      fc.property(fc.float32Array(), (values) => {
        const value = { dtype: 'float32' as const, shape: [values.length], values };
        expect(areEquivalent(one(value), one({ ...value, values: values.slice() }), 0)).toBe(true);
      }),
    );
    expect(areEquivalent(one(floats([Number.NaN, 0])), one(floats([Number.NaN, -0])), 0)).toBe(true);
  });

  test('disagree over a value, a shape, a dtype or a name', () => {
    const value = floats([1, 2]);
    expect(areEquivalent(one(value), one(floats([1, 2 + 2 ** -22])), 0)).toBe(false);
    expect(areEquivalent(one(value), one(floats([1, Number.NaN])), 0)).toBe(false);
    expect(areEquivalent(one(value), one(floats([1, 2], [2, 1])), 0)).toBe(false);
    expect(
      areEquivalent(one(value), one({ dtype: 'int32', shape: [2], values: Int32Array.of(1, 2) }), 0),
    ).toBe(false);
    expect(areEquivalent(one(value), new Map([['y', value]]), 0)).toBe(false);
    expect(areEquivalent(one(value), new Map(), 0)).toBe(false);
  });
});

describe('answers that may be off by rounding', () => {
  const TOLERANCE = 1e-4;
  const off = (values: readonly number[], index: number, by: number, shape?: readonly number[]) => {
    const value = floats(values, shape);
    const other = floats(values.with(index, (values[index] ?? 0) + by), shape);
    return areEquivalent(one(other), one(value), TOLERANCE);
  };

  test('may be off relative to their own size or to what is usual around them', () => {
    expect(off([100, 100, 100, 100], 0, 0.009)).toBe(true);
    expect(off([100, 100, 100, 100], 0, 0.02)).toBe(false);
    // The result of a sum with cancellation is compared relative to the other values.
    expect(off([100, 1e-3, 100, 100], 1, 0.009)).toBe(true);
  });

  test.each([
    ['in a row', [1e6, 1, 1, 1], [1, 4]],
    ['in a column', [1e6, 1, 1, 1], [4, 1]],
    ['in the whole channel', [1e6, 1, 1e6, 1, 1e6, 1, 1e6, 1], [4, 2]],
    ['in the whole row', [1e6, 1e6, 1e6, 1e6, 1, 1, 1, 1], [2, 4]],
    ['that is infinite', [Number.POSITIVE_INFINITY, 1, 1, 1], [1, 4]],
  ])('get no larger tolerance because of a large value %s', (_, values, shape) => {
    expect(off(values, values.length - 1, 2e-4, shape)).toBe(false);
    expect(off(values, values.length - 1, 5e-5, shape)).toBe(true);
  });

  test.each([
    [Number.POSITIVE_INFINITY, 1],
    [1, Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NaN, 1],
    [1, Number.NaN],
    [Number.NaN, Number.POSITIVE_INFINITY],
  ])('are different where one is %s and the other %s', (actual, expected) => {
    expect(areEquivalent(one(floats([actual, 1])), one(floats([expected, 1])), TOLERANCE)).toBe(false);
  });

  test('have to be the same where they are integers', () => {
    const integers = (value: number) =>
      one({ dtype: 'int32', shape: [2], values: Int32Array.of(value, 1_000_000) });
    expect(areEquivalent(integers(1_000_001), integers(1_000_000), TOLERANCE)).toBe(false);
  });
});

describe('evidence', () => {
  test.each([
    ['NaN', [Number.NaN, Number.NaN]],
    ['infinite', [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ['all zeros', [0, 0, 0]],
    ['all alike', [1, 1, 1]],
    ['one number beside NaN', [1, Number.NaN]],
    ['all but one of many alike', [1, ...Array(200).fill(0)]],
    ['nothing', []],
  ])('does not include an answer that is %s', (_, values) => {
    expect(isInformative(floats(values))).toBe(false);
  });

  test('are two answers that differ, for each output', () => {
    const answer = (x: readonly number[], y: readonly number[]) =>
      new Map([
        ['x', floats(x)],
        ['y', floats(y)],
      ]);
    const evidence = new Evidence();
    evidence.add(answer([1, 2], [1, 2]));
    evidence.add(answer([1, 2], [2, 1]));
    expect(evidence.isEnough(['y'])).toBe(true);
    expect(evidence.isEnough(['x', 'y'])).toBe(false);
    evidence.add(answer([0, 0], [3, 1]));
    expect(evidence.isEnough(['x', 'y'])).toBe(false);
    evidence.add(answer([0, 1], [3, 1]));
    expect(evidence.isEnough(['x', 'y'])).toBe(true);
  });

  test('needs the same fingerprint where values are the same, wherever they lie', () => {
    const buffer = new Uint8Array([9, 1, 2, 3, 4, 5, 6, 7, 8]);
    const unaligned: TensorValue = { dtype: 'bool', shape: [8], values: buffer.subarray(1) };
    expect(fingerprint(unaligned)).toBe(fingerprint({ ...unaligned, values: buffer.slice(1) }));
    expect(fingerprint(floats([1, 2]))).not.toBe(fingerprint(floats([2, 1])));
  });
});

describe('probes', () => {
  test('have the same generated values whatever a client asks', () => {
    const values = (given: readonly number[]) =>
      probesLike(one(floats(given)))
        .slice(0, 4)
        .map((probe) => probe().get('x')?.values);
    const made = values([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(values(Array(8).fill(Number.NaN))).toEqual(made);
    expect(new Set(made.map((each) => JSON.stringify(each))).size).toBe(4);
    for (const each of made) expect(each && areWellScaled(one(floats([...each].map(Number))))).toBe(true);
  });

  test('are finite also near a request that is not', () => {
    const given = [Number.NaN, Number.POSITIVE_INFINITY, -3e38, 0, 1];
    for (const probe of probesLike(one(floats(given)))) {
      expect([...(probe().get('x')?.values ?? [])].every((value) => Number.isFinite(value))).toBe(true);
    }
  });

  test('have the integers of the request, in another order or as often', () => {
    const given = Int32Array.of(3, 1, 2);
    const probes = probesLike(one({ dtype: 'int32', shape: [3], values: given }));
    expect(probes.map((probe) => [...(probe().get('x')?.values ?? [])])).toEqual([
      [2, 1, 3],
      [3, 3, 1],
      [2, 2, 1],
    ]);
    expect([...given]).toEqual([3, 1, 2]);
  });
});

test.each([
  ['finite ones', [1, -2, 0.5], true],
  ['zeros', [0, 0], true],
  ['NaN', [1, Number.NaN], false],
  ['infinity', [1, Number.NEGATIVE_INFINITY], false],
  ['one whose sums would overflow', [1, 3e38], false],
  ['one beside which the others vanish', [1e6, ...Array(10_000).fill(1)], false],
])('a request with %s is well scaled: %s', (_, values, expected) => {
  expect(areWellScaled(one(floats(values)))).toBe(expected);
});

test('the shape of a request tells names, dtypes, shapes, the number of values and the outputs in their order', () => {
  const value = floats([1, 2, 3, 4], [2, 2]);
  const shape = new RequestShape(one(value), ['a', 'b']);
  expect(shape.matches(one(floats([5, 6, 7, 8], [2, 2])), ['a', 'b'])).toBe(true);
  expect(shape.matches(one(value), ['b', 'a'])).toBe(false);
  expect(shape.matches(one(value), ['a'])).toBe(false);
  expect(shape.matches(one(floats([1, 2, 3, 4])), ['a', 'b'])).toBe(false);
  expect(shape.matches(one(floats([1, 2, 3], [2, 2])), ['a', 'b'])).toBe(false);
  expect(shape.matches(new Map([['z', value]]), ['a', 'b'])).toBe(false);
  const integers = { dtype: 'int32', shape: [2, 2], values: Int32Array.of(1, 2, 3, 4) } as const;
  expect(shape.matches(one(integers), ['a', 'b'])).toBe(false);
});
