import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agree } from '../../../worker/runtime/plan/agreement.ts';
import { fingerprint, otherValues } from '../../../worker/runtime/plan/other_values.ts';
import { RequestShape } from '../../../worker/runtime/plan/request_shape.ts';
import type { TensorValue } from '../../../worker/runtime/tensor.ts';

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
        expect(agree(one(value), one({ ...value, values: values.slice() }), 0)).toBe(true);
      }),
    );
    expect(agree(one(floats([Number.NaN, 0])), one(floats([Number.NaN, -0])), 0)).toBe(true);
  });

  test('disagree over a value, a shape, a dtype or a name', () => {
    const value = floats([1, 2]);
    expect(agree(one(value), one(floats([1, 2 + 2 ** -22])), 0)).toBe(false);
    expect(agree(one(value), one(floats([1, Number.NaN])), 0)).toBe(false);
    expect(agree(one(value), one(floats([1, 2], [2, 1])), 0)).toBe(false);
    expect(agree(one(value), one({ dtype: 'int32', shape: [2], values: Int32Array.of(1, 2) }), 0)).toBe(
      false,
    );
    expect(agree(one(value), new Map([['y', value]]), 0)).toBe(false);
    expect(agree(one(value), new Map(), 0)).toBe(false);
  });
});

describe('other values', () => {
  test('differ from the ones at hand, by their fingerprint too', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 40 }), (values) => {
        const inputs = one(floats(values));
        const others = otherValues(inputs);
        expect(others && fingerprint(others)).not.toBe(fingerprint(inputs));
        expect(others?.get('x')).not.toEqual(inputs.get('x'));
      }),
    );
  });

  test('are none where the same ones are too large to differ', () => {
    expect(otherValues(one(floats([1e9, 1e9])))).toBeUndefined();
  });

  test('leave integers alone', () => {
    const indices: TensorValue = { dtype: 'int32', shape: [2], values: Int32Array.of(1, 2) };
    expect(otherValues(one(indices))).toBeUndefined();
  });

  test('have the same fingerprint where they are the same, wherever they lie', () => {
    const buffer = new Uint8Array([9, 1, 2, 3, 4, 5, 6, 7, 8]);
    const unaligned: TensorValue = { dtype: 'bool', shape: [8], values: buffer.subarray(1) };
    expect(fingerprint(one(unaligned))).toBe(fingerprint(one({ ...unaligned, values: buffer.slice(1) })));
  });
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
