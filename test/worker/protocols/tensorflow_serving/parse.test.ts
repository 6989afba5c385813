import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonExtent } from '../../../../worker/protocols/tensorflow_serving/json_fault.ts';
import { excerpt } from '../../../../worker/protocols/tensorflow_serving/json_value.ts';
import { parsePredictRequest } from '../../../../worker/protocols/tensorflow_serving/parse.ts';

const DEPTH = 500_000;
const NEST = '['.repeat(DEPTH) + ']'.repeat(DEPTH);

function parsed(text: string) {
  const outcome = parsePredictRequest(text);
  if (outcome.kind === 'invalid') throw new Error(outcome.message);
  return outcome.request;
}

function fault(text: string): string {
  const outcome = parsePredictRequest(text);
  if (outcome.kind === 'parsed') throw new Error(`parsed: ${text}`);
  return outcome.message;
}

describe('a request', () => {
  test.each([
    ['{"instances": [1]}', 'serving_default', { kind: 'row', instances: [1] }],
    ['{"inputs": 1}', 'serving_default', { kind: 'columnar', inputs: 1 }],
    ['{"inputs": null}', 'serving_default', { kind: 'columnar', inputs: null }],
    ['{"signature_name": "", "inputs": 1}', 'serving_default', { kind: 'columnar', inputs: 1 }],
    ['{"signature_name": "s", "inputs": [], "other": {}}', 's', { kind: 'columnar', inputs: [] }],
    // What follows the object is not read.
    ['\n{"inputs": {"a": 1}} {', 'serving_default', { kind: 'columnar', inputs: { a: 1 } }],
    ['{"inputs": "]}"}X', 'serving_default', { kind: 'columnar', inputs: ']}' }],
  ])('%s', (text, signatureName, tensors) => {
    expect(parsed(text)).toMatchObject({ signatureName, tensors });
  });

  test('keys that are not read may be nested half a million deep', () => {
    expect(parsed(`{"instances": [1], "nested": ${NEST}}`).tensors).toEqual({
      kind: 'row',
      instances: [1],
    });
  });
});

describe('errors before the model is looked up', () => {
  test.each([
    ['', 'JSON Parse error: The document is empty'],
    [' \n', 'JSON Parse error: The document is empty. at offset: 2'],
    ['instances = [1, 2]', 'JSON Parse error: Invalid value. at offset: 0'],
    ['{"instances": [NaN]}', 'JSON Parse error: Invalid value. at offset: 15'],
    ['{"é": x}', 'JSON Parse error: Invalid value. at offset: 7'],
    ['{"instances": [1, 2}', 'JSON Parse error: Missing a comma or ] after an array element. at offset: 19'],
    ['{"instances": [1]', 'JSON Parse error: Missing a comma or } after an object member. at offset: 17'],
    ['{instances: [1]}', 'JSON Parse error: Missing a name for object member. at offset: 1'],
    ['{"a": 1,}', 'JSON Parse error: Missing a name for object member. at offset: 8'],
    ['{"a" 1}', 'JSON Parse error: Missing a colon after a name of object member. at offset: 5'],
    ['{"a": [1,]}', 'JSON Parse error: Invalid value. at offset: 9'],
    ['{"a": 1.}', 'JSON Parse error: Miss fraction part in number. at offset: 8'],
    ['{"a": 1e}', 'JSON Parse error: Miss exponent in number. at offset: 8'],
    ['{"a": "b', 'JSON Parse error: Missing a closing quotation mark in string. at offset: 8'],
    ['{"a": "\\x"}', 'JSON Parse error: Invalid escape character in string. at offset: 7'],
    ['{"a": "\\u12g4"}', 'JSON Parse error: Incorrect hex digit after \\u escape in string. at offset: 7'],
    ['{"a": "\t"}', 'JSON Parse error: Invalid encoding in string. at offset: 7'],
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

/** JSON with a character changed, dropped or added: mostly broken, in every way. */
const almostJson = fc
  .tuple(
    fc.json(),
    fc.nat(),
    fc.constantFrom('', ',', '"', '{', ']', '}', 'e', '.', '-', '0', '\\', ' ', 'n'),
  )
  .chain(([text, at, character]) => {
    const index = text.length === 0 ? 0 : at % text.length;
    return fc.constantFrom(
      text,
      text.slice(0, index) + character + text.slice(index),
      text.slice(0, index) + character + text.slice(index + 1),
    );
  });

test('finds a fault just where JSON.parse throws', () => {
  fc.assert(
    fc.property(fc.oneof(almostJson, fc.string()), (text) => {
      const extent = jsonExtent(text);
      if (extent.kind === 'malformed') {
        expect(() => JSON.parse(text)).toThrow();
        expect(extent.offset).toBeLessThanOrEqual(text.length);
        return;
      }
      JSON.parse(text.slice(0, extent.end));
      if (/\S/.test(text.slice(extent.end).replace(/^[ \n\r\t]+/, ''))) {
        expect(() => JSON.parse(text)).toThrow();
      }
    }),
    { numRuns: 2000 },
  );
});

test('no text makes an exception', () => {
  fc.assert(
    fc.property(fc.oneof(almostJson, fc.string(), fc.json()), (text) => {
      expect(['parsed', 'invalid']).toContain(parsePredictRequest(text).kind);
    }),
  );
});

describe('excerpt', () => {
  test.each([
    [{ a: [1, 'x', null, true], b: {} }, '{"a":[1,"x",null,true],"b":{}}'],
    [[], '[]'],
    ['"', '"\\""'],
  ])('of a small value is that value', (value, text) => {
    expect(excerpt(value)).toBe(text);
  });

  test.each([
    ['a long string', 'x'.repeat(1e6)],
    ['a long list', Array.from({ length: 1e6 }, () => 1)],
    ['a deep list', JSON.parse(NEST)],
    ['a large object', Object.fromEntries(Array.from({ length: 1e4 }, (_, index) => [`key${index}`, index]))],
  ])('of %s is 256 characters', (_, value) => {
    expect(excerpt(value)).toHaveLength(256 + '...'.length);
    expect(excerpt(value)).toMatch(/\.\.\.$/);
  });
});
