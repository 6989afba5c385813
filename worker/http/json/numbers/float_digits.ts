/** Float32 preserves any six digits, and nine digits identify every float32. */
const SHORT_DIGITS = 6;
const FULL_DIGITS = 9;

/** The most bytes that a float32 takes as text: `-1.17549435e-38`. */
export const LONGEST_FLOAT = 15;

const POWERS_OF_TEN = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const LARGEST_POWER = 22;

/**
 * If a scaled number is this close to a half, its rounding is uncertain. Scaling rounds at most three times, each time
 * by 2^-53 of a number below 10^9, which is far less than this.
 */
const DOUBT = 1e-5;
/** An upper bound on the relative error of a short number's double. */
const SLIGHT = 2 ** -50;

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const EXPONENT = 0x65;

/**
 * Writes a float32 as TensorFlow Serving's REST API prints it (WriteDecimal in json_tensor.cc): C's `%g`, or `%.9g` if
 * six digits are not exact; whole numbers with `.0`; NaN and infinities as bare tokens.
 *
 * @param value a number that float32 represents exactly
 * @returns the offset behind it; at most LONGEST_FLOAT bytes are written
 */
export function writeFloat32(target: Uint8Array, start: number, value: number): number {
  if (!Number.isFinite(value)) return writeText(target, start, notFiniteText(value));
  let at = start;
  if (value < 0 || Object.is(value, -0)) target[at++] = MINUS;
  const magnitude = Math.abs(value);
  if (magnitude < 1e6 && magnitude === Math.trunc(magnitude)) {
    at = writeDigits(target, at, magnitude, digitCount(magnitude));
    target[at++] = POINT;
    target[at++] = ZERO;
    return at;
  }
  const exponent = decimalExponent(magnitude);
  const short = rounded(magnitude, SHORT_DIGITS, exponent);
  const isSame = short === IN_DOUBT ? undefined : isShortOf(short, magnitude, exponent);
  if (isSame === true) return writeGeneral(target, at, short, SHORT_DIGITS, exponent);
  const full = isSame === undefined ? IN_DOUBT : rounded(magnitude, FULL_DIGITS, exponent);
  if (full === IN_DOUBT) return writeText(target, at, exactText(magnitude));
  return writeGeneral(target, at, full, FULL_DIGITS, exponent);
}

function notFiniteText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value < 0 ? '-Infinity' : 'Infinity';
}

/** Returns the decimal exponent of the first digit. */
function decimalExponent(magnitude: number): number {
  let exponent = Math.floor(Math.log10(magnitude));
  if (exponent < LARGEST_POWER && exponent >= 0 && magnitude >= (POWERS_OF_TEN[exponent + 1] ?? 1))
    exponent += 1;
  return exponent;
}

const IN_DOUBT = -1;

/**
 * Rounds a number to `digits` digits and returns them as an integer, which may be 10^digits. Returns IN_DOUBT if
 * doubles cannot decide the rounding, or if the exponent was not that of the first digit.
 */
function rounded(magnitude: number, digits: number, exponent: number): number {
  const scaled = shifted(magnitude, digits - 1 - exponent);
  const integer = Math.round(scaled);
  if (Math.abs(Math.abs(scaled - integer) - 0.5) < DOUBT) return IN_DOUBT;
  return integer < (POWERS_OF_TEN[digits - 1] ?? 1) || integer > (POWERS_OF_TEN[digits] ?? 1)
    ? IN_DOUBT
    : integer;
}

/**
 * Returns magnitude * 10^places with an error of at most 3 * 2^-53, and the nearest double if |places| is at most 22.
 */
function shifted(magnitude: number, places: number): number {
  if (places > 2 * LARGEST_POWER) return shifted(magnitude * 1e22, places - LARGEST_POWER);
  if (places < -2 * LARGEST_POWER) return shifted(magnitude / 1e22, places + LARGEST_POWER);
  if (places > LARGEST_POWER) return magnitude * 1e22 * (POWERS_OF_TEN[places - LARGEST_POWER] ?? 1);
  if (places >= 0) return magnitude * (POWERS_OF_TEN[places] ?? 1);
  if (places >= -LARGEST_POWER) return magnitude / (POWERS_OF_TEN[-places] ?? 1);
  return magnitude / 1e22 / (POWERS_OF_TEN[-places - LARGEST_POWER] ?? 1);
}

/** True if six digits identify this float32; undefined if doubles cannot decide. */
function isShortOf(short: number, magnitude: number, exponent: number): boolean | undefined {
  const places = exponent + 1 - SHORT_DIGITS;
  const nearest = shifted(short, places);
  const isSame = Math.fround(nearest) === magnitude;
  if (Math.abs(places) <= LARGEST_POWER) return isSame;
  const isSameAround =
    (Math.fround(nearest * (1 + SLIGHT)) === magnitude) === isSame &&
    (Math.fround(nearest * (1 - SLIGHT)) === magnitude) === isSame;
  return isSameAround ? isSame : undefined;
}

/** Writes `integer`, which has `digits` digits, with its first digit at 10^exponent, as `%.<digits>g` and with `.0`. */
function writeGeneral(
  target: Uint8Array,
  start: number,
  integer: number,
  digits: number,
  exponent: number,
): number {
  let power = exponent;
  let shortest = integer;
  let count = digits;
  if (integer === POWERS_OF_TEN[digits]) {
    shortest = 1;
    count = 1;
    power += 1;
  }
  while (shortest % 10 === 0) {
    shortest = (shortest / 10) | 0;
    count -= 1;
  }
  if (power < -4 || power >= digits) {
    let at = writePointed(target, start, shortest, count, 1);
    target[at++] = EXPONENT;
    target[at++] = power < 0 ? MINUS : 0x2b;
    return writeDigits(target, at, Math.abs(power), 2);
  }
  if (power < 0) {
    let at = start;
    target[at++] = ZERO;
    target[at++] = POINT;
    for (let zeros = -1 - power; zeros > 0; zeros--) target[at++] = ZERO;
    return writeDigits(target, at, shortest, count);
  }
  if (count > power + 1) return writePointed(target, start, shortest, count, power + 1);
  let at = writeDigits(target, start, shortest, count);
  for (; count <= power; count++) target[at++] = ZERO;
  target[at++] = POINT;
  target[at++] = ZERO;
  return at;
}

/** Writes digits with a point behind the first `whole` of them if more follow. */
function writePointed(
  target: Uint8Array,
  start: number,
  integer: number,
  count: number,
  whole: number,
): number {
  if (count <= whole) return writeDigits(target, start, integer, count);
  const end = writeDigits(target, start + 1, integer, count);
  for (let at = start; at < start + whole; at++) target[at] = target[at + 1] ?? ZERO;
  target[start + whole] = POINT;
  return end;
}

/** Writes an integer from 0 to 2^31 - 1 with `count` digits. */
export function writeDigits(target: Uint8Array, start: number, integer: number, count: number): number {
  let rest = integer | 0;
  for (let at = start + count - 1; at >= start; at--) {
    const quotient = (rest / 10) | 0;
    target[at] = ZERO + rest - quotient * 10;
    rest = quotient;
  }
  return start + count;
}

/** Returns the number of digits of an integer from 0 to 2^31 - 1. */
export function digitCount(integer: number): number {
  let count = 1;
  for (let limit = 10; integer >= limit; limit *= 10) count += 1;
  return count;
}

function writeText(target: Uint8Array, start: number, text: string): number {
  for (let index = 0; index < text.length; index++) target[start + index] = text.charCodeAt(index);
  return start + text.length;
}

/** Returns the same text from the exact digits of the number. */
function exactText(magnitude: number): string {
  const short = generalDigits(magnitude, SHORT_DIGITS);
  const text = Math.fround(Number(short)) === magnitude ? short : generalDigits(magnitude, FULL_DIGITS);
  return text.includes('.') || text.includes('e') ? text : `${text}.0`;
}

/** Formats a positive finite number as C's `%.<digits>g`. */
function generalDigits(value: number, digits: number): string {
  const [mantissa = '', exponentText = ''] = roundedToEven(value, digits).split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= digits) {
    const power = String(Math.abs(exponent)).padStart(2, '0');
    return `${withoutTrailingZeros(mantissa)}e${exponent < 0 ? '-' : '+'}${power}`;
  }
  return withoutTrailingZeros(Number(`${mantissa}e${exponent}`).toFixed(digits - 1 - exponent));
}

const ALL_DIGITS = 100;

/** JavaScript rounds halves away from zero, and C rounds them to even. Only the digit before a 5 can differ. */
function roundedToEven(value: number, digits: number): string {
  const [exact = '', exponent = ''] = value.toExponential(ALL_DIGITS).split('e');
  const places = exact.replace('.', '');
  const isHalf = /^50*$/.test(places.slice(digits));
  const isEvenBefore = Number(places[digits - 1]) % 2 === 0;
  if (!isHalf || !isEvenBefore) return value.toExponential(digits - 1);
  return `${places[0]}.${places.slice(1, digits)}e${exponent}`;
}

function withoutTrailingZeros(text: string): string {
  return text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text;
}
