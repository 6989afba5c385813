import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTensorJson } from '../../../import/examples/tensor_json.ts';

type Nested = number | Nested[];

function nest(shape: readonly number[], next: () => number): Nested {
  const [size, ...inner] = shape;
  return size === undefined ? next() : Array.from({ length: size }, () => nest(inner, next));
}

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });

test('nested lists are read into their shape and their values in order', () => {
  return fc.assert(
    fc.property(shapes, (shape) => {
      let count = 0;
      const json = nest(shape, () => count++);
      expect(readTensorJson(json, { name: 'x', dtype: 'int32', shape: null })).toEqual({
        kind: 'read',
        value: { shape, values: Array.from({ length: count }, (_, index) => index) },
      });
    }),
  );
});

test('a list that lost an element anywhere but in the first place of all is ragged', () => {
  expect(readTensorJson([[1, 2], [3]], { name: 'x', dtype: 'float32', shape: null })).toMatchObject({
    kind: 'malformed',
    message: 'is ragged',
  });
});

test.for([
  ['int32', 1.5],
  ['int32', 2 ** 31],
  ['bool', 1],
  ['string', 1],
  ['float32', null],
  ['float32', { b64: 'AA==' }],
] as const)('%s does not take %j', ([dtype, value]) => {
  expect(readTensorJson([value], { name: 'x', dtype, shape: [-1] }).kind).toBe('malformed');
});
