import { describe, expect, test } from 'vitest';
import { parsePredictRequest } from '../../../worker/http/tensorflow_serving/predict/parse_predict.ts';

const DEPTH = 500_000;
const NEST = '['.repeat(DEPTH) + ']'.repeat(DEPTH);
const encode = (text: string) => new TextEncoder().encode(text);

function parsed(text: string) {
  const outcome = parsePredictRequest(encode(text));
  if (outcome.kind === 'invalid') throw new Error(outcome.message);
  return outcome.request;
}

function fault(text: string): string {
  const outcome = parsePredictRequest(encode(text));
  if (outcome.kind === 'parsed') throw new Error(`parsed: ${text}`);
  return outcome.message;
}

describe('a request', () => {
  test.each([
    ['{"instances": [1]}', 'serving_default', { kind: 'row', instances: 14 }],
    ['{"inputs": 1}', 'serving_default', { kind: 'columnar', inputs: 11 }],
    ['{"inputs": null}', 'serving_default', { kind: 'columnar', inputs: 11 }],
    ['{"signature_name": "", "inputs": 1}', 'serving_default', { kind: 'columnar', inputs: 33 }],
    ['{"signature_name": "s", "inputs": [], "other": {}}', 's', { kind: 'columnar', inputs: 34 }],
    // The first of equal keys counts.
    ['{"inputs": 1, "inputs": 2, "inputs": {}}', 'serving_default', { kind: 'columnar', inputs: 11 }],
    ['{"signature_name": "a", "signature_name": 1, "inputs": 1}', 'a', { kind: 'columnar', inputs: 55 }],
    ['{"signature_name": "\\u00e9\\n", "inputs": 1}', 'é\n', { kind: 'columnar', inputs: 41 }],
    // Text after the object is not read.
    ['\n{"inputs": {"a": 1}} {', 'serving_default', { kind: 'columnar', inputs: 12 }],
    ['{"inputs": "]}"}X', 'serving_default', { kind: 'columnar', inputs: 11 }],
  ])('%s', (text, signatureName, tensors) => {
    expect(parsed(text)).toMatchObject({ signatureName, tensors });
  });

  test('values of unread keys may be nested half a million deep', () => {
    expect(parsed(`{"instances": [1], "nested": ${NEST}}`).tensors).toEqual({ kind: 'row', instances: 14 });
  });

  test('a list of numbers is read on the way', () => {
    expect(parsed('{"instances": [[1, 2.5], [NaN, -0]], "b": 1}').floats).toEqual({
      dtype: 'float32',
      shape: [2, 2],
      values: Float32Array.of(1, 2.5, Number.NaN, 0),
    });
    for (const text of ['[["a"]]', '[[1], 2]', '1', '[{"x": 1}]', '[true]', '[[1], [1, 2]]']) {
      expect(parsed(`{"inputs": ${text}}`).floats).toBeUndefined();
    }
  });
});

describe('errors before the model is looked up', () => {
  test.each([
    ['', 'JSON Parse error: The document is empty'],
    [' \n', 'JSON Parse error: The document is empty. at offset: 2'],
    ['instances = [1, 2]', 'JSON Parse error: Invalid value. at offset: 0'],
    ['{"instances": [1, 2}', 'JSON Parse error: Missing a comma or ] after an array element. at offset: 19'],
    ['{"instances": [1', 'JSON Parse error: Missing a comma or ] after an array element. at offset: 16'],
    ['{"instances": [1,]}', 'JSON Parse error: Invalid value. at offset: 17'],
    ['{"instances": [[1],]}', 'JSON Parse error: Invalid value. at offset: 19'],
    ['{"instances": [}}', 'JSON Parse error: Invalid value. at offset: 15'],
    ['{"instances": [[1}]}', 'JSON Parse error: Missing a comma or ] after an array element. at offset: 17'],
    ['{"instances": [01]}', 'JSON Parse error: Missing a comma or ] after an array element. at offset: 16'],
    ['{"instances": [1e999]}', 'JSON Parse error: Number too big to be stored in double. at offset: 15'],
    ['{"instances": [1]', 'JSON Parse error: Missing a comma or } after an object member. at offset: 17'],
    ['[1, 2]', 'JSON Value: [1,2] Is not object'],
    ['"text"', 'JSON Value: "text" Is not object'],
    ['null', 'JSON Value: null Is not object'],
    [
      '{"signature_name": 5, "instances": 1}',
      'JSON Value: {"signature_name":5,"instances":1} not formatted correctly. \'signature_name\' key must be a string value.',
    ],
    [
      '{"signature_name": null}',
      'JSON Value: {"signature_name":null} not formatted correctly. \'signature_name\' key must be a string value.',
    ],
  ])('%s', (text, message) => {
    expect(fault(text)).toBe(message);
  });

  test('a signature name nested half a million deep', () => {
    expect(fault(`{"signature_name": ${NEST}}`)).toContain('key must be a string value');
  });

  test('lists that never end', () => {
    expect(fault('['.repeat(DEPTH))).toBe(`JSON Parse error: Invalid value. at offset: ${DEPTH}`);
    expect(fault(`{"instances": ${'['.repeat(DEPTH)}`)).toContain('Invalid value.');
  });
});

describe('errors that wait for the model', () => {
  test.each([
    ['{}', "Missing 'inputs' or 'instances' key"],
    ['{"__proto__": {"inputs": 1}}', "Missing 'inputs' or 'instances' key"],
    [
      '{"instances": [1], "inputs": [1]}',
      'JSON Value: {"instances":[1],"inputs":[1]} Not formatted correctly expecting only one of \'inputs\' or \'instances\' keys to exist ',
    ],
    ['{"instances": 1}', 'JSON Value: {"instances":1} Expecting \'instances\' to be an list/array'],
    ['{"instances": {}}', 'JSON Value: {"instances":{}} Expecting \'instances\' to be an list/array'],
    ['{"instances": []}', 'JSON Value: {"instances":[]} No values in \'instances\' array'],
  ])('%s', (text, message) => {
    expect(parsed(text).tensors).toEqual({ kind: 'missing', message });
  });
});
