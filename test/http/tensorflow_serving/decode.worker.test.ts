import { describe, expect, test } from 'vitest';
import { decodeInputs } from '../../../worker/http/tensorflow_serving/predict/decode_predict.ts';
import { parsePredictRequest } from '../../../worker/http/tensorflow_serving/predict/parse_predict.ts';
import type { DataType } from '../../../worker/model/dtype.ts';
import type { Signature } from '../../../worker/model/signature.ts';
import {
  bytes,
  decoded,
  fault,
  floats,
  ints,
  type signature,
  strings,
} from '../../fixtures/worker/decoding.ts';

test('an input of any shape is not compared with its signature', () => {
  const parsed = parsePredictRequest(bytes('{"instances": [1, 2]}'));
  if (parsed.kind === 'invalid') throw new Error(parsed.message);
  const x = { name: 'x:0', dtype: 'float32' as const, shape: [-1, 1] };
  const taking = (anyShape: boolean): Signature => ({
    method: 'tensorflow/serving/predict',
    inputs: { x: { ...x, anyShape } },
    outputs: {},
  });
  expect(decodeInputs(parsed.request, taking(false))).toMatchObject({ kind: 'invalid' });
  expect(decodeInputs(parsed.request, taking(true))).toEqual({
    kind: 'decoded',
    inputs: new Map([['x', floats([2], 1, 2)]]),
  });
});

test.each<[shape: readonly number[], body: string, expected: string | undefined]>([
  [[], '{"inputs": 1.5}', undefined],
  [[], '{"inputs": [1.5]}', 'input x: Expecting shape [] but got: [1]'],
  [[], '{"instances": [1.5]}', 'input x: Expecting shape [] but got: [1]'],
  [[-1], '{"inputs": 1.5}', 'input x: Expecting shape [-1] but got: []'],
  [[-1], '{"inputs": {"x": 1.5}}', 'input x: Expecting shape [-1] but got: []'],
  [[-1], '{"inputs": [[1.5]]}', undefined],
])(
  'of the shape %j, and of any other: %s is compared with it for being a scalar',
  (shape, body, expected) => {
    const parsed = parsePredictRequest(bytes(body));
    if (parsed.kind === 'invalid') throw new Error(parsed.message);
    const outcome = decodeInputs(parsed.request, {
      method: 'tensorflow/serving/predict',
      inputs: { x: { name: 'x:0', dtype: 'float32', shape: [...shape], anyShape: true } },
      outputs: {},
    });
    expect(outcome.kind === 'invalid' ? outcome.message : undefined).toBe(expected);
  },
);

describe('by row', () => {
  test.each<[string, DataType, unknown]>([
    ['[[1,2],[3,4],[5,6]]', 'int32', ints([3, 2], 1, 2, 3, 4, 5, 6)],
    ['[1, 2.0, 3, 5.003, 0.007, 0.0]', 'float32', floats([6], 1, 2, 3, 5.003, 0.007, 0)],
    ['[1435774380]', 'float32', floats([1], 1435774380)],
    ['[1e308, -1e308, 1e-308]', 'float32', floats([3], Infinity, -Infinity, 0)],
    ['[2147483647, -2147483648]', 'int32', ints([2], 2147483647, -2147483648)],
    ['[[true], [false]]', 'bool', { dtype: 'bool', shape: [2, 1], values: Uint8Array.of(1, 0) }],
    ['["é", ""]', 'string', strings([2], 'é', '')],
    ['[{"b64": "aGVsbG8="}, {"b64": "d29ybGQ"}]', 'string', strings([2], 'hello', 'world')],
    ['[[{"b64": "aGVsbG8="}], ["b64"]]', 'string', strings([2, 1], 'hello', 'b64')],
    [
      '[{"x": [[{"b64": "aGVsbG8="}], [{"b64": "d29ybGQ="}]]}]',
      'string',
      strings([1, 2, 1], 'hello', 'world'),
    ],
    ['[{"x": 1}, {"x": 2}]', 'int32', ints([2], 1, 2)],
    ['[[], []]', 'float32', floats([2, 0])],
  ])('%s as %s', (instances, dtype, tensor) => {
    expect(decoded(`{"instances": ${instances}}`, { x: dtype })).toEqual({ x: tensor });
  });

  test('several inputs', () => {
    const text = `{"instances": [
      {"ints": [[1,2],[3,4],[5,6]], "strings": ["foo", "bar"], "floats": [1.0]},
      {"floats": [2], "ints": [[7,8],[9,0],[1,2]], "strings": ["baz", {"b64": "YmF0"}]}
    ]}`;
    expect(decoded(text, { ints: 'int32', strings: 'string', floats: 'float32' })).toEqual({
      ints: ints([2, 3, 2], 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2),
      strings: strings([2, 2], 'foo', 'bar', 'baz', 'bat'),
      floats: floats([2, 1], 1, 2),
    });
  });

  test.each<[string, string, Parameters<typeof signature>[0], string]>([
    [
      'a longer row',
      '[[1,2],[3,4],[5,6,7]]',
      { x: 'int32' },
      "Failed to process element: 2 of 'instances' list. Error: INVALID_ARGUMENT: Expecting tensor size: 2 but got: 3",
    ],
    [
      'a deeper row',
      '[[1,2],[3,4],[[5,6]]]',
      { x: 'int32' },
      "Failed to process element: 2 of 'instances' list. Error: INVALID_ARGUMENT: Expecting shape [2] but got: [1,2]",
    ],
    [
      'a list after a scalar',
      '[1, [1]]',
      { x: 'int32' },
      "Failed to process element: 1 of 'instances' list. Error: INVALID_ARGUMENT: Expecting shape [] but got: [1]",
    ],
    [
      'another type',
      '[[1,2],[3,"b"]]',
      { x: 'int32' },
      'Failed to process element: 1 of \'instances\' list. Error: INVALID_ARGUMENT: JSON Value: "b" Type: String is not of expected type: int32 at [1]',
    ],
    [
      'a ragged row',
      '[[[1,2],[3,4]],[[1,2],[3]]]',
      { x: 'float32' },
      "Failed to process element: 1 of 'instances' list. Error: INVALID_ARGUMENT: Encountered list at unexpected size: 1 at level: 1 expected size: 2 at [1]",
    ],
    [
      'an object after a list',
      '[["baz"], {"x": ["bat"]}]',
      { x: 'string' },
      'Expecting value/list but got object at item 1 of input list',
    ],
    [
      'a list after an object',
      '[{"x": 1}, [1, 20]]',
      { x: 'int32' },
      'Expecting object but got list at item 1 of input list',
    ],
    [
      'a list for several inputs',
      '[1, 2]',
      { a: 'int32', b: 'int32' },
      'instances is a plain list, but expecting list of objects as multiple input tensors required as per tensorinfo_map',
    ],
    [
      'a key of no input',
      '[{"a": 1, "c": 2}]',
      { a: 'int32', b: 'int32' },
      "Failed to process element: 0 key: c of 'instances' list. Error: INVALID_ARGUMENT: JSON object: does not have named input: c",
    ],
    [
      'a key of Object.prototype',
      '[{"a": 1, "constructor": 2}]',
      { a: 'int32' },
      "Failed to process element: 0 key: constructor of 'instances' list. Error: INVALID_ARGUMENT: JSON object: does not have named input: constructor",
    ],
    [
      'a missing key',
      '[{"b": 1, "a": 1}, {"b": 1}]',
      { b: 'int32', a: 'int32' },
      'Failed to process element: 1 of \'instances\' list. JSON object: {"b":1} keys must be equal to: a,b',
    ],
    [
      'another shape in a later object',
      '[{"a": [[1,2]]}, {"a": [1,2]}]',
      { a: 'int32' },
      "Failed to process element: 1 key: a of 'instances' list. Error: INVALID_ARGUMENT: Expecting shape [1,2] but got: [2]",
    ],
    [
      'another size in a later object',
      '[{"a": [1,2,3]}, {"a": [1,2]}]',
      { a: 'int32' },
      "Failed to process element: 1 key: a of 'instances' list. Error: INVALID_ARGUMENT: Expecting tensor size: 3 but got: 2",
    ],
    [
      'another shape than the signature',
      '[[1,2,3]]',
      { x: ['float32', [-1, 4]] },
      'input x: Expecting shape [-1,4] but got: [1,3]',
    ],
    [
      'another rank than the signature',
      '[1]',
      { x: ['float32', []] },
      'input x: Expecting shape [] but got: [1]',
    ],
    [
      'a shape of one of several inputs',
      '[{"a": 1, "b": [1]}]',
      { a: ['int32', [-1]], b: ['int32', [-1]] },
      'input b: Expecting shape [-1] but got: [1,1]',
    ],
  ])('%s', (_, instances, inputs, message) => {
    expect(fault(`{"instances": ${instances}}`, inputs)).toBe(message);
  });
});

describe('dtypes', () => {
  test.each<[DataType, string, string]>([
    ['float32', '"x"', 'JSON Value: "x" Type: String is not of expected type: float'],
    ['float32', 'true', 'JSON Value: true Type: True is not of expected type: float'],
    ['float32', 'null', 'JSON Value: null Type: Null is not of expected type: float'],
    ['float32', '{"b64": "eA=="}', 'JSON Value: {"b64":"eA=="} Type: Object is not of expected type: float'],
    ['int32', '1.5', 'JSON Value: 1.5 Type: Number is not of expected type: int32'],
    ['int32', '"1"', 'JSON Value: "1" Type: String is not of expected type: int32'],
    ['int32', '2147483648', 'JSON Value: 2147483648 Type: Number is not of expected type: int32'],
    ['int32', '-2147483649', 'JSON Value: -2147483649 Type: Number is not of expected type: int32'],
    ['int32', 'false', 'JSON Value: false Type: False is not of expected type: int32'],
    ['bool', '1', 'JSON Value: 1 Type: Number is not of expected type: bool'],
    ['bool', '"true"', 'JSON Value: "true" Type: String is not of expected type: bool'],
    ['string', '1', 'JSON Value: 1 Type: Number is not of expected type: string'],
    ['string', 'null', 'JSON Value: null Type: Null is not of expected type: string'],
    ['string', '{"b64": 1}', 'JSON Value: {"b64":1} not formatted correctly for base64 data'],
    [
      'string',
      '{"b64": "eA==", "c": 1}',
      'JSON Value: {"b64":"eA==","c":1} not formatted correctly for base64 data',
    ],
    ['string', '{"b64": "="}', 'Unable to base64 decode'],
    ['string', '{"b64": "é"}', 'Unable to base64 decode'],
  ])('%s is not %s', (dtype, value, message) => {
    expect(fault(`{"inputs": [${value}]}`, { x: dtype })).toBe(`input x: ${message} at [0]`);
    expect(fault(`{"inputs": {"x": ${value}}}`, { x: dtype })).toBe(`input x: ${message}`);
  });
});

describe('lists nested without limit', () => {
  const nest = (depth: number, value = '') => '['.repeat(depth) + value + ']'.repeat(depth);

  test.each([
    ['{"instances": ', 'Encountered list at unexpected level: 254 expected < 254'],
    ['{"inputs": ', 'Encountered list at unexpected level: 254 expected < 254'],
    ['{"inputs": [1, ', 'Encountered list at unexpected level: 1 expected < 1'],
    ['{"instances": [1, ', 'Encountered list at unexpected level: 254 expected < 254'],
    ['{"instances": [{"x": ', 'Encountered list at unexpected level: 254 expected < 254'],
  ])('half a million levels after %s', (before, message) => {
    const after = before
      .replaceAll('[', ']')
      .replaceAll('{', '}')
      .replace(/[^\]}]/g, '')
      .split('')
      .reverse();
    const text = before + nest(500_000) + after.join('');
    expect(fault(text, { x: 'float32' })).toContain(message);
  });

  test('as many levels as a tensor can have', () => {
    expect(decoded(`{"inputs": ${nest(254, '1')}}`, { x: 'int32' })).toEqual({
      x: ints(
        Array.from({ length: 254 }, () => 1),
        1,
      ),
    });
    expect(fault(`{"instances": ${nest(255, '1')}}`, { x: 'int32' })).toBe(
      "'instances' is nested deeper than 254 lists",
    );
  });

  test('a shape of more elements than memory takes no memory', () => {
    const long = `[${'1,'.repeat(99_999)}1]`;
    const empties = '[],'.repeat(99_999);
    const size = 'Encountered list at unexpected size: 0 at level: 1 expected size: 100000 at [1]';
    expect(fault(`{"inputs": [${long},${empties}[]]}`, { x: 'float32' })).toBe(`input x: ${size}`);
    expect(fault(`{"instances": [${long},${empties}[]]}`, { x: 'float32' })).toContain(
      'Expecting tensor size: 100000 but got: 0',
    );
    expect(fault(`{"instances": [{"x":${long}},${'{},'.repeat(99_999)}{}]}`, { x: 'float32' })).toContain(
      'keys must be equal to: x',
    );
  });
});

test('a signature without inputs', () => {
  expect(fault('{"inputs": 1}', {})).toBe('Failed to get input map for signature: serving_default');
});
