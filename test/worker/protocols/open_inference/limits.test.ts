import { describe, expect, test } from 'vitest';
import { overflowsFloat32 } from '../../../../worker/protocols/open_inference/list_writer.ts';
import { parseInferenceRequest } from '../../../../worker/protocols/open_inference/parse_request.ts';
import { parseRequestJson } from '../../../../worker/protocols/open_inference/request_json.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('JSON with numbers that JSON has not', () => {
  test.each([
    ['[NaN,-Infinity,Infinity]', [null, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]],
    ['["NaN",NaN,"a\\"Infinity"]', ['NaN', null, 'a"Infinity']],
  ])('takes %s', (text, value) => {
    expect(parseRequestJson(encode(text))).toEqual({ kind: 'json', value });
  });

  test.each(['[0.Infinity]', '[-0.Infinity]', '[xNaN]', '["NaN', '["\\'])('does not take %s', (text) => {
    expect(parseRequestJson(encode(text)).kind).toBe('invalid');
  });

  test.each([[0xff], [0xe2, 0x82], [0x5b, 0x22, 0xc3]])(
    'of bytes that are no UTF-8, %i first, nothing is left',
    (...bytes) => {
      expect(parseRequestJson(Uint8Array.from(bytes))).toMatchObject({
        kind: 'invalid',
        message: 'failed to parse the request JSON buffer: it is not UTF-8',
      });
      expect(parseRequestJson(encode('\ufeff["\u00e4"]'))).toEqual({ kind: 'json', value: ['\u00e4'] });
    },
  );

  test('is refused in time that grows with its length, not with its square', () => {
    // At the square, eight million quotes in a string without an end would take hours.
    for (const end of ['', '\\']) {
      const body = encode(`"${'\\"'.repeat(4_000_000)}${end}`);
      expect(parseRequestJson(body).kind).toBe('invalid');
    }
  });
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
  expect(parse(100_000, 100_000).kind).toBe('tensors');
  expect(parse(100_000, 100_001)).toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining('200000 strings'),
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
