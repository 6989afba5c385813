import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_NUMBER, NumberReader } from '../../../worker/http/json/numbers/json_number.ts';
import { scanJson, WantedMembers } from '../../../worker/http/json/scan/json_scan.ts';
import { anyNumberText } from './any_number.ts';

const encode = (text: string) => new TextEncoder().encode(text);

function float(text: string): number {
  const reader = new NumberReader(encode(`${text},`));
  const value = Math.fround(reader.float32(0));
  expect(reader.end).toBe(text.length);
  return value;
}

test('a number is the nearest float32 of the nearest double', () => {
  fc.assert(
    fc.property(anyNumberText, (text) => {
      const isNegativeZero = /^-0$/.test(text);
      expect(float(text)).toBe(isNegativeZero ? 0 : Math.fround(Number(text)));
    }),
    { numRuns: 20_000 },
  );
});

test.each([
  ['-0', 0],
  ['-0.0', -0],
  ['-0e0', -0],
  ['1435774380', Math.fround(1435774380)],
  ['1.7976931348623157e308', Number.POSITIVE_INFINITY],
  ['-1.7976931348623157e308', Number.NEGATIVE_INFINITY],
  ['2.2250738585072014e-308', 0],
  ['-2.2250738585072014e-308', -0],
  ['1e-99999999999999', 0],
  ['NaN', Number.NaN],
  ['-NaN', Number.NaN],
  ['Inf', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])('%s is %d', (text, value) => {
  expect(float(text)).toBe(value);
});

test('refuses just what scanning refuses', () => {
  const piece = fc.constantFrom(
    '0',
    '1',
    '9',
    '.',
    'e',
    'E',
    '-',
    '+',
    '308',
    'NaN',
    'Inf',
    'inity',
    '999999999',
  );
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
      const text = pieces.join('');
      const reader = new NumberReader(encode(text));
      reader.float32(0);
      const isRead = reader.end === text.length;
      expect([text, isRead]).toEqual([
        text,
        scanJson(encode(`[${text}]`), new WantedMembers([])).kind === 'json',
      ]);
      if (!isRead && reader.end !== NO_NUMBER) expect(reader.end).toBeLessThan(text.length);
    }),
    { numRuns: 5000 },
  );
});

test.each([
  ['0', 0],
  ['-0', 0],
  ['2147483647', 2147483647],
  ['-2147483648', -2147483648],
  ['2147483648', undefined],
  ['-2147483649', undefined],
  ['9007199254740993', undefined],
  ['1.0', undefined],
  ['1e0', undefined],
  ['NaN', undefined],
  ['"1"', undefined],
  ['true', undefined],
])('%s as int32', (text, value) => {
  expect(new NumberReader(encode(`${text}]`)).int32(0)).toBe(value);
});
