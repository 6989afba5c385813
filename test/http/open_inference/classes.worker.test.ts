import { expect, test } from 'vitest';
import { classTensors } from '../../../worker/http/open_inference/answer/classes.ts';
import { fixedDecimals } from '../../../worker/http/open_inference/answer/fixed_decimals.ts';
import type { Signature } from '../../../worker/model/signature.ts';

// What printf("%f") of C prints.
test.each([
  [0, '0.000000'],
  [-0, '-0.000000'],
  [0.5, '0.500000'],
  [Math.fround(0.9), '0.900000'],
  [-1.0000005, '-1.000001'],
  // Ties between two of six digits, which are rounded to the even one.
  [0.0078125, '0.007812'],
  [0.0234375, '0.023438'],
  [-0.0078125, '-0.007812'],
  [1e-30, '0.000000'],
  [1e20, '100000000000000000000.000000'],
  [3.4028234663852886e38, '340282346638528859811704183484516925440.000000'],
  [Number.NaN, 'nan'],
  [Number.POSITIVE_INFINITY, 'inf'],
  [Number.NEGATIVE_INFINITY, '-inf'],
])('%d has six decimals: %s', (value, text) => {
  expect(fixedDecimals(value)).toBe(text);
});

const SIGNATURE: Signature = {
  method: 'tensorflow/serving/predict',
  inputs: {},
  outputs: { y: { name: 'y:0', dtype: 'float32', shape: [-1, -1], classes: ['a', 'b', 'c'] } },
};

function classes(shape: readonly number[], values: readonly number[], count: number) {
  const y = { dtype: 'float32', shape, values: Float32Array.from(values) } as const;
  const tensors = classTensors(
    new Map([['y', y]]),
    [{ name: 'y', binary: false, classes: count }],
    SIGNATURE,
  );
  if ('message' in tensors) return tensors.message;
  const made = tensors.get('y');
  const texts = made?.dtype === 'string' ? made.values.map((value) => new TextDecoder().decode(value)) : [];
  return { shape: made?.shape, texts };
}

test('equal values keep their order, and NaN comes last', () => {
  const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
  expect(classes([1, 3], [nan, 1, 1], 3)).toEqual({
    shape: [1, 3],
    texts: ['1.000000:1:b', '1.000000:2:c', 'nan:0:a'],
  });
  expect(classes([1, 3], [1, infinity, -infinity], 2)).toEqual({
    shape: [1, 2],
    texts: ['inf:1:b', '1.000000:0:a'],
  });
  expect(classes([4], [2, 2, 2, 2], 2)).toEqual({ shape: [2], texts: ['2.000000:0', '2.000000:1'] });
});

test('a row is everything behind the batch, and its labels must be as many', () => {
  expect(classes([1, 2, 2], [1, 4, 3, 2], 2)).toEqual({ shape: [1, 2], texts: ['4.000000:1', '3.000000:2'] });
});

test('an empty batch has no classes', () => {
  expect(classes([0, 3], [], 2)).toEqual({ shape: [0, 2], texts: [] });
  expect(classes([2, 0], [], 2)).toEqual({ shape: [2, 0], texts: [] });
});

test('an answer has a limited number of classes', () => {
  expect(classes([70_000, 1], new Array(70_000).fill(1), 1)).toContain('65536 classes at most');
});
