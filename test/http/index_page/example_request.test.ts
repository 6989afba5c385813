import { expect, test } from 'vitest';
import { fieldsOf } from '../../../console/try/fields.ts';
import { exampleRequest } from '../../../worker/http/index_page/example_request.ts';
import { documentExamples } from '../../../worker/http/openapi/model_examples.ts';
import { MAX_RANK } from '../../../worker/model/tensor.ts';

const signatureOf = (shape: number[]) => {
  const tensor = (sizes: number[]) => ({ name: 'x', dtype: 'float32' as const, shape: sizes });
  return {
    method: 'tensorflow/serving/predict' as const,
    inputs: { a: tensor(shape), b: tensor([1]) },
    outputs: { y: tensor([-1, 1]) },
  };
};

test.each<[string, number[]]>([
  ['lists without end of empty lists', [2 ** 31, 0]],
  ['an empty list of lists without end', [0, 2 ** 31]],
  ['more dimensions than the runtime has', Array.from({ length: 100_000 }, () => 1)],
])('a signature of %s has no example', (_, shape) => {
  const signature = signatureOf(shape);
  const signatures = { serving_default: signature };
  const example = exampleRequest('m', signatures, undefined);
  expect(example).toBe(undefined);
  expect(fieldsOf(signature)).toBe(undefined);
  expect(documentExamples([{ name: 'm', version: '1.0.0', signatures, example }]).classify).toEqual({});
});

test('an empty list is an example', () => {
  expect(exampleRequest('m', { serving_default: signatureOf([2, 0]) }, undefined)).toEqual({
    kind: 'json',
    path: '/v1/models/m:predict',
    body: '{"inputs":{"a":[[],[]],"b":[0]}}',
  });
  expect(fieldsOf(signatureOf(Array.from({ length: MAX_RANK }, () => 1)))).toHaveLength(2);
});
