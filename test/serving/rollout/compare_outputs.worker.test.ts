import { describe, expect, test } from 'vitest';
import type { NamedTensors, TensorValue } from '../../../worker/model/tensor.ts';
import { compareOutputs } from '../../../worker/serving/rollout/compare_outputs.ts';

const float = (shape: number[], ...values: number[]): TensorValue => ({
  dtype: 'float32',
  shape,
  values: Float32Array.from(values),
});
const text = (...values: string[]): TensorValue => ({
  dtype: 'string',
  shape: [values.length],
  values: values.map((value) => new TextEncoder().encode(value)),
});
const outputs = (tensors: Record<string, TensorValue>): NamedTensors => new Map(Object.entries(tensors));
const compare = (live: TensorValue, candidate: TensorValue) =>
  compareOutputs(outputs({ y: live }), outputs({ y: candidate }));

describe('compareOutputs', () => {
  test('finds no difference between equal outputs, whatever they are', () => {
    const odd = float([3], Number.NaN, Number.POSITIVE_INFINITY, -0);
    expect(compare(odd, odd)).toMatchObject({ kind: 'compared', largestAbsolute: 0, largestRelative: 0 });
    expect(compare(text('a', 'b'), text('a', 'b'))).toMatchObject({ kind: 'compared', rows: 0 });
  });

  test('reports the largest difference, absolute and relative, over all outputs', () => {
    const live = outputs({ a: float([2], 100, 1), b: float([1], 10) });
    const candidate = outputs({ a: float([2], 104, 0.5), b: float([1], 10), extra: float([1], 7) });
    expect(compareOutputs(live, candidate)).toMatchObject({ largestAbsolute: 4, largestRelative: 0.5 });
  });

  test('counts the rows whose class differs', () => {
    const live = float([3, 3], 0.1, 0.7, 0.2, 0.8, 0.1, 0.1, 0.2, 0.2, 0.6);
    const candidate = float([3, 3], 0.1, 0.6, 0.3, 0.3, 0.4, 0.3, 0.2, 0.2, 0.6);
    expect(compare(live, candidate)).toMatchObject({ rows: 3, mismatchedRows: 1 });
    expect(compare(float([3, 1], 1, 2, 3), float([3, 1], 3, 2, 1))).toMatchObject({ rows: 0 });
    expect(compare(float([3], 1, 2, 3), float([3], 3, 2, 1))).toMatchObject({ rows: 0, mismatchedRows: 0 });
  });

  test('is infinite where one is not finite', () => {
    expect(compare(float([1], 1), float([1], Number.NaN))).toMatchObject({
      largestAbsolute: Number.POSITIVE_INFINITY,
      largestRelative: Number.POSITIVE_INFINITY,
    });
  });

  test.each([
    ['missing', outputs({}), /output y does not exist/],
    ['of another shape', outputs({ y: float([1, 1], 1) }), /shape \[1,1\] instead of \[1\]/],
    ['of another dtype', outputs({ y: text('1') }), /string instead of float32/],
  ])('reports that an output is %s', (_, candidate, reason) => {
    expect(compareOutputs(outputs({ y: float([1], 1) }), candidate)).toEqual({
      kind: 'incomparable',
      reason: expect.stringMatching(reason),
    });
  });

  test('reports that strings differ', () => {
    expect(compare(text('a'), text('b'))).toMatchObject({ kind: 'incomparable' });
    expect(compare(text('a'), text('ab'))).toMatchObject({ kind: 'incomparable' });
  });
});
