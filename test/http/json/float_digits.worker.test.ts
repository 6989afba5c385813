import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LONGEST_FLOAT, writeFloat32 } from '../../../worker/http/json/numbers/float_digits.ts';
import { anyFloat32 } from './any_number.ts';

function float32Text(value: number): string {
  const target = new Uint8Array(LONGEST_FLOAT + 3).fill(0x7a);
  const end = writeFloat32(target, 1, value);
  expect(end).toBeLessThanOrEqual(1 + LONGEST_FLOAT);
  expect([target[0], target[end]]).toEqual([0x7a, 0x7a]);
  return new TextDecoder().decode(target.subarray(1, end));
}

test.each([
  [9000000, '9e+06'],
  [999999, '999999.0'],
  [1000000, '1e+06'],
  [0.0003, '0.0003'],
  [0.00003, '3e-05'],
  [555557.5, '555557.5'],
  [3, '3.0'],
  [-3, '-3.0'],
  [0, '0.0'],
  [-0, '-0.0'],
  [0.5, '0.5'],
  [0.1, '0.1'],
  [0.2, '0.2'],
  // Just below a power of ten, and equal to it in six digits.
  [0.01, '0.01'],
  [0.001, '0.001'],
  [0.0001, '0.0001'],
  [-2.5, '-2.5'],
  [1 / 3, '0.333333343'],
  [-1 / 3, '-0.333333343'],
  [16777216, '16777216.0'],
  [1435774380, '1.43577434e+09'],
  [99999.9921875, '99999.9922'],
  [3.4028234663852886e38, '3.40282347e+38'],
  [1.1754943508222875e-38, '1.17549435e-38'],
  [1.401298464324817e-45, '1.4013e-45'],
  // Nine digits end in a half, which C rounds to even.
  [1.001953125, '1.00195312'],
  [1.005859375, '1.00585938'],
  [-1.001953125, '-1.00195312'],
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
  [Number.NEGATIVE_INFINITY, '-Infinity'],
])('%d is %s', (value, text) => {
  expect(float32Text(Math.fround(value))).toBe(text);
});

/** |value| as an exact fraction. */
function fraction(value: number): { numerator: bigint; denominator: bigint } {
  let numerator = Math.abs(value);
  let denominator = 1n;
  while (!Number.isInteger(numerator)) {
    numerator *= 2;
    denominator *= 2n;
  }
  return { numerator: BigInt(numerator), denominator };
}

/** C's `%.<digits>g`, from exact integers. */
function printf(value: number, digits: number): string {
  const { numerator, denominator } = fraction(value);
  let exponent = numerator >= denominator ? String(numerator / denominator).length - 1 : -1;
  while (exponent < 0 && numerator * 10n ** BigInt(-exponent) < denominator) exponent -= 1;
  const places = digits - 1 - exponent;
  const above = places > 0 ? numerator * 10n ** BigInt(places) : numerator;
  const below = places < 0 ? denominator * 10n ** BigInt(-places) : denominator;
  let rounded = above / below;
  const remainder = (above % below) * 2n;
  if (remainder > below || (remainder === below && rounded % 2n === 1n)) rounded += 1n;
  let text = String(rounded);
  if (text.length > digits) {
    text = text.slice(0, digits);
    exponent += 1;
  }
  const sign = value < 0 ? '-' : '';
  const stripped = (number: string) => number.replace(/\.?0*$/, '');
  if (exponent < -4 || exponent >= digits) {
    const power = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${stripped(`${text[0]}.${text.slice(1)}`)}e${exponent < 0 ? '-' : '+'}${power}`;
  }
  if (exponent < 0) return `${sign}${stripped(`0.${'0'.repeat(-1 - exponent)}${text}`)}`;
  return `${sign}${stripped(`${text.slice(0, exponent + 1)}.${text.slice(exponent + 1)}`)}`;
}

function expected(value: number): string {
  const short = printf(value, 6);
  const text = Math.fround(Number(short)) === value ? short : printf(value, 9);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

test('prints as C prints, and reads back as the same float32', () => {
  fc.assert(
    fc.property(anyFloat32, (value) => {
      fc.pre(value !== 0 && Number.isFinite(value));
      const text = float32Text(value);
      expect(text).toBe(expected(value));
      expect(Math.fround(Number(text))).toBe(value);
    }),
    { numRuns: 10_000 },
  );
});
