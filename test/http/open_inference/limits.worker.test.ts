import { describe, expect, test } from 'vitest';
import { readDocument } from '../../../worker/http/open_inference/request/document.ts';
import { overflowsFloat32 } from '../../../worker/http/open_inference/request/float_range.ts';
import { parseInferenceRequest } from '../../../worker/http/open_inference/request/parse_request.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Reads the value of a parameter. */
function parameter(text: string): unknown {
  const outcome = readDocument(encode(`{"parameters":${text}}`));
  return outcome.kind === 'document' ? outcome.value : outcome.kind;
}

describe('JSON with NaN and infinities', () => {
  test.each([
    [
      '[NaN,-Infinity,Infinity,-NaN]',
      [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN],
    ],
    ['["NaN",NaN,"a\\"Infinity"]', ['NaN', Number.NaN, 'a"Infinity']],
  ])('takes %s', (text, value) => {
    expect(parameter(text)).toEqual({ parameters: value });
  });

  test.each(['[0.Infinity]', '[-0.Infinity]', '[xNaN]', '["NaN', '["\\', '[Inf]', '[NaNa]'])(
    'does not take %s',
    (text) => {
      expect(parameter(text)).toBe('invalid');
    },
  );
});

describe('bytes that are not UTF-8', () => {
  test.each([
    ['a byte that begins no character', [0xff]],
    ['a character that is cut', [0xe2, 0x82]],
    ['a longer form than needed', [0xc0, 0x80]],
    ['half of a surrogate pair', [0xed, 0xa0, 0x80]],
    ['beyond the last character', [0xf4, 0x90, 0x80, 0x80]],
  ])('are refused: %s', (_name, bytes) => {
    const body = Uint8Array.from([...encode('{"id":"'), ...bytes, ...encode('"}')]);
    expect(readDocument(body)).toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('failed to parse the request JSON buffer: it is not UTF-8'),
    });
  });

  test('do not affect the next text, and a byte order mark is not part of a text', () => {
    expect(readDocument(encode('\ufeff{"id":"\u00e4\u20ac\ud83d\ude00"}'))).toEqual({
      kind: 'document',
      value: { id: '\u00e4\u20ac\ud83d\ude00' },
    });
  });
});

describe('what a document may hold', () => {
  const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const input = (data: string) => `{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":${data}}]}`;

  test.each([
    ['data that is nested as deep as it may be', input(deep(100)), 'document'],
    ['data that is nested deeper', input(deep(101)), /nesting depth exceeds maximum allowed limit \(100\)/],
    ['data that is nested without end', input('['.repeat(4_000_000)), /nesting depth exceeds/],
    ['a parameter that is nested too deep', `{"parameters":${deep(103)}}`, /nesting depth exceeds/],
    ['a member without meaning that is nested too deep', `{"x":${deep(103)}}`, /nesting depth exceeds/],
    ['a list of objects as data', input(`[${'{},'.repeat(20_000)}{}]`), /16384 members and values/],
    ['members without meaning', `{${'"k":0,'.repeat(20_000)}"inputs":[]}`, /16384 members and values/],
    [
      'members of a parameter',
      `{"parameters":{${'"k":0,'.repeat(20_000)}"k":1}}`,
      /16384 members and values/,
    ],
    ['a long shape', `{"inputs":[{"shape":[${'1,'.repeat(20_000)}1]}]}`, /16384 members and values/],
    ['outputs', `{"outputs":[${'{"name":"y"},'.repeat(20_000)}{}]}`, /16384 members and values/],
    ['a long text', `{"id":"${'a'.repeat(70_000)}"}`, /65536 bytes at most/],
  ])('%s', (_name, text, expected) => {
    const outcome = readDocument(encode(text));
    if (typeof expected === 'string') expect(outcome.kind).toBe(expected);
    else expect(outcome).toMatchObject({ kind: 'invalid', message: expect.stringMatching(expected) });
  });
});

test('a string without an end is refused in time that grows with its length, not with its square', () => {
  // With quadratic time, eight million quotes would take hours.
  for (const end of ['', '\\']) {
    expect(readDocument(encode(`"${'\\"'.repeat(4_000_000)}${end}`)).kind).toBe('invalid');
  }
});

test('strings are limited in number, over all inputs, JSON and binary', () => {
  const input = (name: string, count: number) => ({
    name,
    datatype: 'BYTES',
    shape: [count],
    data: Array.from({ length: count }, () => ''),
  });
  const parse = (first: number, second: number) =>
    parseInferenceRequest(
      encode(JSON.stringify({ inputs: [input('a', first), input('b', second)] })),
      null,
      'm',
    );
  expect(parse(32_768, 32_768).kind).toBe('tensors');
  expect(parse(32_768, 32_769)).toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining('65536 strings'),
  });
});

test.each([
  [3.4028235e38, false],
  [3.40282347e38, false],
  [3.4028236e38, true],
  [-3.5e38, true],
  [Number.POSITIVE_INFINITY, false],
  [1, false],
])('%f overflows a float32: %s', (value, overflows) => {
  expect(overflowsFloat32(value)).toBe(overflows);
});
