const LARGEST_FAST = 1e6;
const SMALLEST_FAST = 1e-4;

/** Six digits are always kept by a float32, and nine always tell it from every other. */
const SHORT_DIGITS = 6;
const FULL_DIGITS = 9;

const POWERS_OF_TEN = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12];

/**
 * A float32 as TensorFlow Serving's REST API prints it (WriteDecimal in json_tensor.cc): C's `%g`, or `%.9g`
 * where six digits are another float32; whole numbers with `.0`; NaN and infinities as bare tokens.
 *
 * @param value a number that float32 holds exactly
 */
export function float32Text(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude < LARGEST_FAST) {
    if (magnitude >= SMALLEST_FAST) return fixedText(value, magnitude);
    if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  }
  if (Number.isFinite(value)) return generalText(value);
  if (Number.isNaN(value)) return 'NaN';
  return value < 0 ? '-Infinity' : 'Infinity';
}

/**
 * Where `%g` writes no exponent, its digits are an integer and its point is at a power of ten. Six digits
 * round-trip if their quotient does: both are exact as doubles, so that it is the double nearest to that decimal.
 */
function fixedText(value: number, magnitude: number): string {
  if (Math.trunc(value) === value) return `${value}.0`;
  const exponent = decimalExponent(magnitude);
  const shortPlaces = SHORT_DIGITS - 1 - exponent;
  const scale = POWERS_OF_TEN[shortPlaces] ?? 1;
  const short = Math.round(magnitude * scale);
  if (Math.fround(short / scale) === magnitude) return decimalText(value < 0, short, shortPlaces);

  const places = FULL_DIGITS - 1 - exponent;
  const scaled = magnitude * (POWERS_OF_TEN[places] ?? 1);
  const rounded = Math.round(scaled);
  // C rounds halves to even. A product that seems to be a half can be a rounded one: look at every digit.
  if (rounded - scaled === 0.5) return generalText(value);
  return decimalText(value < 0, rounded, places);
}

/** `digits` / 10^`places`, without trailing zeros; not a whole number. Faster than a double's own text. */
function decimalText(negative: boolean, digits: number, places: number): string {
  let shortest = digits;
  let shortestPlaces = places;
  while (shortest % 10 === 0) {
    shortest /= 10;
    shortestPlaces -= 1;
  }
  const text = String(shortest);
  const sign = negative ? '-' : '';
  const point = text.length - shortestPlaces;
  if (point <= 0) return `${sign}0.${LEADING_ZEROS[-point] ?? ''}${text}`;
  return `${sign}${text.slice(0, point)}.${text.slice(point)}`;
}

const LEADING_ZEROS = ['', '0', '00', '000'];

/** The power of ten of the first digit of a number from 0.0001 to 999999. */
function decimalExponent(magnitude: number): number {
  if (magnitude >= 1) {
    if (magnitude >= 1e3) return magnitude >= 1e5 ? 5 : magnitude >= 1e4 ? 4 : 3;
    return magnitude >= 1e2 ? 2 : magnitude >= 1e1 ? 1 : 0;
  }
  if (magnitude >= 1e-2) return magnitude >= 1e-1 ? -1 : -2;
  return magnitude >= 1e-3 ? -3 : -4;
}

function generalText(value: number): string {
  const short = generalDigits(value, SHORT_DIGITS);
  return withPoint(Math.fround(Number(short)) === value ? short : generalDigits(value, FULL_DIGITS));
}

/** C's `%.<digits>g` of a finite number other than 0. */
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

/** JavaScript rounds halves away from zero where C rounds them to even; only the digit before a 5 can differ. */
function roundedToEven(value: number, digits: number): string {
  const [exact = '', exponent = ''] = Math.abs(value).toExponential(ALL_DIGITS).split('e');
  const places = exact.replace('.', '');
  const isHalf = /^50*$/.test(places.slice(digits));
  const isEvenBefore = Number(places[digits - 1]) % 2 === 0;
  if (!isHalf || !isEvenBefore) return value.toExponential(digits - 1);
  return `${value < 0 ? '-' : ''}${places[0]}.${places.slice(1, digits)}e${exponent}`;
}

function withoutTrailingZeros(text: string): string {
  return text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text;
}

function withPoint(text: string): string {
  return text.includes('.') || text.includes('e') ? text : `${text}.0`;
}
