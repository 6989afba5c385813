import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_NUMBER, NumberReader } from '../../../../worker/protocols/codec/json_number.ts';
import { scanJson } from '../../../../worker/protocols/codec/json_scan.ts';

const encode = (text: string) => new TextEncoder().encode(text);

function float(text: string): number {
  const reader = new NumberReader(encode(`${text},`));
  const value = Math.fround(reader.float32(0));
  expect(reader.end).toBe(text.length);
  return value;
}

const digits = (maximum: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: maximum });
const decimal = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(fc.constant('0'), fc.integer({ min: 1, max: 9 }).map(String)),
    digits(25),
    fc.option(digits(30)),
    fc.option(fc.tuple(fc.constantFrom('e', 'E', 'e-', 'e+'), fc.integer({ min: 0, max: 60 }))),
  )
  .map(([sign, first, more, fraction, exponent]) => {
    const whole = first === '0' ? first : first + more;
    const point = fraction === null || fraction === '' ? '' : `.${fraction}`;
    return `${sign}${whole}${point}${exponent === null ? '' : exponent.join('')}`;
  });

test('a number is the nearest float32 of the nearest double', () => {
  const anyDecimal = fc.oneof(
    decimal,
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
    fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
    // Halves between two float32, and next to them: where one digit too few shows.
    fc
      .tuple(fc.integer({ min: 2 ** 23, max: 2 ** 24 - 1 }), fc.integer({ min: -60, max: 20 }), digits(8))
      .map(([mantissa, exponent, more]) => {
        const text = ((mantissa + 0.5) * 2 ** exponent).toFixed(40).replace(/0+$/, '');
        return `${text}${text.endsWith('.') ? '0' : ''}${more}`;
      }),
  );
  fc.assert(
    fc.property(anyDecimal, (text) => {
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
      expect([text, isRead]).toEqual([text, scanJson(encode(`[${text}]`), []).kind === 'json']);
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
