import { describe, expect, test } from 'vitest';
import { decodeExamples } from '../../../worker/http/tensorflow_serving/examples/decode_examples.ts';
import {
  encodeClassifications,
  encodeRegressions,
} from '../../../worker/http/tensorflow_serving/examples/example_results.ts';
import { parseExampleRequest } from '../../../worker/http/tensorflow_serving/examples/parse_examples.ts';
import type { DataType } from '../../../worker/model/dtype.ts';
import type { Signature } from '../../../worker/model/signature.ts';
import type { TensorValue } from '../../../worker/model/tensor.ts';
import { answerBytes } from '../../fixtures/worker/answer_bytes.ts';

const encode = (text: string) => new TextEncoder().encode(text);

type Inputs = Record<string, [dtype: DataType, shape: number[] | null]>;

function decode(text: string, inputs: Inputs): string | Record<string, TensorValue> {
  const parsed = parseExampleRequest(encode(text));
  if (parsed.kind === 'invalid') return parsed.message;
  const infos = Object.entries(inputs).map(([name, [dtype, shape]]) => [name, { name, dtype, shape }]);
  const signature: Signature = {
    method: 'tensorflow/serving/predict',
    inputs: Object.fromEntries(infos),
    outputs: {},
  };
  const outcome = decodeExamples(parsed.request, signature);
  return outcome.kind === 'invalid' ? outcome.message : Object.fromEntries(outcome.inputs);
}

const MIXED: Inputs = {
  names: ['string', [-1, -1]],
  ratings: ['float32', [-1, 2]],
  age: ['int32', [-1]],
};

describe('examples', () => {
  test('become rows, each feature an input', () => {
    const text = `{"examples": [
      {"names": ["foo", {"b64": "aGVsbG8="}], "ratings": [8.0, NaN], "age": 20, "other": "x"},
      {"age": true, "ratings": [-Infinity, 1e400e], "names": ["a", "b"]}
    ]}`.replace('1e400e', '0.5');
    expect(decode(text, MIXED)).toEqual({
      names: {
        dtype: 'string',
        shape: [2, 2],
        values: ['foo', 'hello', 'a', 'b'].map(encode),
      },
      ratings: {
        dtype: 'float32',
        shape: [2, 2],
        values: Float32Array.of(8, Number.NaN, Number.NEGATIVE_INFINITY, 0.5),
      },
      age: { dtype: 'int32', shape: [2], values: Int32Array.of(20, 1) },
    });
  });

  test('take from the context what they lack; the last of equal names counts', () => {
    const text =
      '{"context": {"a": 7, "b": [1.0]}, "examples": [{"a": 1, "a": 2}, {}, {"b": [2.5]}], "signature_name": "s"}';
    expect(decode(text, { a: ['int32', [-1]], b: ['float32', null] })).toEqual({
      a: { dtype: 'int32', shape: [3], values: Int32Array.of(2, 7, 7) },
      b: { dtype: 'float32', shape: [3, 1], values: Float32Array.of(1, 1, 2.5) },
    });
  });

  test('may have integers where the input is of floats, since JavaScript writes 5.0 as 5', () => {
    const text = `{"examples": [{"x": [5, 3.5]}, {"x": [0.5, -7]}, {"x": [${2 ** 53}, 9223372036854775807]}]}`;
    expect(decode(text, { x: ['float32', [-1, 2]] })).toEqual({
      x: { dtype: 'float32', shape: [3, 2], values: Float32Array.of(5, 3.5, 0.5, -7, 2 ** 53, 2 ** 63) },
    });
  });

  test('fill inputs of more dimensions, and booleans', () => {
    const text = '{"examples": [{"x": [1, 0, 2, 0]}, {"x": [true, false, 1, 0]}]}';
    expect(decode(text, { x: ['bool', [-1, 2, -1]] })).toEqual({
      x: { dtype: 'bool', shape: [2, 2, 2], values: Uint8Array.of(1, 0, 1, 0, 1, 0, 1, 0) },
    });
  });
});

describe('errors', () => {
  const X: Inputs = { x: ['float32', [-1, 2]] };
  const name = 'Name: <unknown>, ';
  test.each<[string, Inputs, string]>([
    ['{"signature_name": ["s"], "examples": []}', X, "'signature_name' key must be a string value."],
    ['{"context": [1]}', X, 'Example must be JSON object but got JSON Array'],
    ['{}', X, "When method is classify, key 'examples' is expected and was not found"],
    ['{"examples": {}}', X, "Expecting 'examples' value to be an list/array"],
    ['{"examples": []}', X, "'examples' value is an empty array"],
    ['{"examples": [[{"x": 1}]]}', X, 'Example must be JSON object but got JSON Array'],
    ['{"examples": [{"n": [10, null]}]}', X, 'Feature: n has element with unexpected JSON type: Null'],
    ['{"examples": [{"n": [true, 10.0]}]}', X, 'Unexpected element type in feature: n expecting type: int64'],
    ['{"examples": [{"n": [10.0, true]}]}', X, 'Unexpected element type in feature: n expecting type: float'],
    ['{"examples": [{"n": [10, "a"]}]}', X, 'Unexpected element type in feature: n expecting type: int64'],
    ['{"examples": [{"n": [1.5, "a"]}]}', X, 'Unexpected element type in feature: n expecting type: float'],
    ['{"examples": [{"n": [10, {"t": 1}]}]}', X, 'n has element with unexpected JSON type: Object'],
    ['{"examples": [{"n": [[10], 20]}]}', X, 'n has element with unexpected JSON type: Array'],
    ['{"examples": [{"n": {"b64": "="}}]}', X, 'Unable to base64 decode'],
    [
      '{"examples": [{"n": [20, 18446744073709551603]}]}',
      X,
      'Feature: n has uint64_t element. Only int64_t is supported.',
    ],
    // RapidJSON reads an integer that does not fit into 64 bits as a double.
    [
      '{"examples": [{"i": [20, 18446744073709551616]}]}',
      { i: ['int32', [-1, 2]] },
      "Data types don't match. Data type: float but expected type: int64",
    ],
    [
      '{"examples": [{"i": [1, 2.0]}]}',
      { i: ['int32', [-1, 2]] },
      'Data type: float but expected type: int64',
    ],
    ['{"examples": [{"x": [true, false]}]}', X, 'Data type: int64 but expected type: float'],
    ['{"examples": [{"x": [1.0, 2.0]}, {}]}', X, `${name}Feature: x (data type: float) is required`],
    ['{"examples": [{"x": []}]}', X, `${name}Feature: x (data type: float) is required`],
    [
      '{"examples": [{"x": [1.0, 2.0]}, {"x": [1.0]}]}',
      X,
      `${name}Key: x, Index: 1.  Number of float values != expected.  Values size: 1 but output shape: [2]`,
    ],
    ['{"examples": [{"i": 3000000000}]}', { i: ['int32', [-1]] }, 'is out of the range of int32'],
    ['{"examples": [{"i": 1.0}]}', { i: ['float32', []] }, 'cannot have a row for each example'],
    [
      '{"examples": [{"i": [1.0, 2.0, 3.0]}]}',
      { i: ['float32', [-1, 2, -1]] },
      'do not fit the shape [2,-1]',
    ],
    ['{"examples": [{"i": 1.0}]}', { i: ['float32', [2]] }, 'Expecting shape [2] but got: [1]'],
  ])('%s', (text, inputs, words) => {
    expect(decode(text, inputs)).toContain(words);
  });
});

const floats = (shape: number[], ...values: number[]): TensorValue => ({
  dtype: 'float32',
  shape,
  values: Float32Array.from(values),
});
const strings = (shape: number[], ...values: string[]): TensorValue => ({
  dtype: 'string',
  shape,
  values: values.map(encode),
});

describe('results', () => {
  const SCORES = floats([2, 3], 0.2, 0.7, 0.1, 0.7, 0.1, 0.2);
  const info = (classes?: string[]) => ({
    name: 's',
    dtype: 'float32' as const,
    shape: null,
    ...(classes && { classes }),
  });

  function classified(outputs: Record<string, TensorValue>, classes?: string[], batch = 2) {
    const infos = Object.fromEntries(Object.keys(outputs).map((key) => [key, info(classes)]));
    const outcome = encodeClassifications(new Map(Object.entries(outputs)), infos, batch, 'token');
    return outcome.kind === 'invalid'
      ? outcome.message
      : JSON.parse(new TextDecoder().decode(answerBytes(outcome.json)));
  }

  test('pairs of label and score', () => {
    const labeled = {
      results: [
        [
          ['car', 0.2],
          ['bike', 0.7],
          ['bus', 0.1],
        ],
        [
          ['car', 0.7],
          ['bike', 0.1],
          ['bus', 0.2],
        ],
      ],
    };
    const classes = strings([2, 3], 'car', 'bike', 'bus', 'car', 'bike', 'bus');
    expect(classified({ scores: SCORES, classes })).toEqual(labeled);
    expect(classified({ any: SCORES, name: classes })).toEqual(labeled);
    expect(classified({ any: SCORES }, ['car', 'bike', 'bus'])).toEqual(labeled);
    expect(classified({ scores: SCORES, more: floats([2], 1, 2) }, ['car', 'bike', 'bus'])).toEqual(labeled);
  });

  test('missing labels are empty and missing scores are zero', () => {
    expect(classified({ scores: floats([2], 3, 12) })).toEqual({ results: [[['', 3]], [['', 12]]] });
    expect(classified({ scores: floats([1, 2], 1, 2) }, ['one'], 1)).toEqual({
      results: [
        [
          ['', 1],
          ['', 2],
        ],
      ],
    });
    expect(classified({ classes: strings([1, 1], 'a') }, undefined, 1)).toEqual({ results: [[['a', 0]]] });
  });

  test('outputs that are not classes', () => {
    expect(classified({ scores: SCORES }, undefined, 3)).toContain('[batch_size num_classes] but got [2,3]');
    expect(classified({ a: SCORES, b: SCORES })).toContain('at least one of "classes" or "scores"');
    expect(classified({ scores: SCORES, classes: strings([2, 1], 'a', 'b') })).toContain('should match');
  });

  function regressed(outputs: Record<string, TensorValue>, batch: number) {
    const outcome = encodeRegressions(new Map(Object.entries(outputs)), batch, 'token');
    return outcome.kind === 'invalid' ? outcome.message : new TextDecoder().decode(answerBytes(outcome.json));
  }

  test('a number for each example', () => {
    const values = [0.2, Number.POSITIVE_INFINITY, 1, Number.NEGATIVE_INFINITY, Number.NaN];
    const text = '{"results":[0.2,Infinity,1.0,-Infinity,NaN]}';
    expect(regressed({ y: floats([5], ...values) }, 5)).toBe(text);
    expect(regressed({ y: floats([2], 1, 2), outputs: floats([5, 1], ...values) }, 5)).toBe(text);
    expect(regressed({ y: floats([1, 2], 1, 2) }, 1)).toContain('either [batch_size] or [batch_size, 1]');
    expect(regressed({ y: strings([1], 'a') }, 1)).toBe('Expected one output Tensor.');
  });
});
