import {
  asciiText,
  CLOSE_LIST,
  CLOSE_OBJECT,
  COMMA,
  isDigit,
  MINUS,
  NINE,
  PLUS,
  POINT,
  ZERO,
} from '../ascii.ts';

/** Any number with this many digits is below 2^53, and with this many below 2^31. */
const EXACT_DIGITS = 15;
const INTEGER_DIGITS = 8;

/** Powers of ten that a double holds exactly. */
const POWERS_OF_TEN = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const LARGEST_POWER = 22;

/** RapidJSON refuses larger exponents whatever the preceding digits are. */
const LARGEST_EXPONENT = 308;

const LARGEST_INT32 = 2 ** 31 - 1;
const SMALLEST_INT32 = -(2 ** 31);

/** The value of `end` after text that is not a number, or not one that TensorFlow Serving accepts. */
export const NO_NUMBER = -1;

/** Reads numbers. `end` is the offset at which the last one ended. */
export class NumberReader {
  end = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /**
   * Reads the number at `start` as the nearest float32 of the nearest double. Computes it directly if that is exact: a
   * mantissa and a power of ten that a double represents exactly yield the nearest double. For a longer mantissa, the
   * digits that fit suffice if they and the next larger mantissa round to the same float32.
   * The text need not have been scanned: `end` is NO_NUMBER for text that scanning would refuse.
   */
  float32(start: number): number {
    const bytes = this.#bytes;
    let at = start;
    let byte = bytes[at];
    const isNegative = byte === MINUS;
    if (isNegative) byte = bytes[++at];
    if (byte === undefined || byte < ZERO || byte > NINE) return this.#notFinite(at, isNegative);

    // Accumulating digits in 32-bit integers is several times as fast as in doubles.
    let whole = 0;
    const wholeStart = at;
    const wholeLimit = at + INTEGER_DIGITS;
    for (; byte !== undefined && byte >= ZERO && byte <= NINE && at < wholeLimit; byte = bytes[++at]) {
      whole = (whole * 10 + (byte - ZERO)) | 0;
    }
    if (bytes[wholeStart] === ZERO && at > wholeStart + 1) return this.#refused();
    let mantissa = whole;
    let exponent = 0;
    let isCut = false;
    const isInteger = byte !== POINT;
    if (byte === POINT) {
      byte = bytes[++at];
      const fractionStart = at;
      const digits = whole === 0 ? EXACT_DIGITS : EXACT_DIGITS - (fractionStart - 1 - wholeStart);
      let high = 0;
      const highLimit = at + Math.min(digits, INTEGER_DIGITS);
      for (; byte !== undefined && byte >= ZERO && byte <= NINE && at < highLimit; byte = bytes[++at]) {
        high = (high * 10 + (byte - ZERO)) | 0;
      }
      const highDigits = at - fractionStart;
      let low = 0;
      const lowLimit = fractionStart + digits;
      for (; byte !== undefined && byte >= ZERO && byte <= NINE && at < lowLimit; byte = bytes[++at]) {
        low = (low * 10 + (byte - ZERO)) | 0;
      }
      if (at === fractionStart) return this.#refused();
      exponent = fractionStart - at;
      const lowDigits = -exponent - highDigits;
      mantissa = (whole * powerOfTen(highDigits) + high) * powerOfTen(lowDigits) + low;
      while (byte !== undefined && byte >= ZERO && byte <= NINE) {
        isCut = true;
        byte = bytes[++at];
      }
    } else if (byte !== undefined && byte >= ZERO && byte <= NINE) {
      return this.#byText(start);
    }
    if (byte === 0x65 || byte === 0x45) {
      byte = bytes[++at];
      const isExponentNegative = byte === MINUS;
      if (isExponentNegative || byte === PLUS) byte = bytes[++at];
      let power = 0;
      if (!isDigit(byte)) return this.#refused();
      for (; byte !== undefined && byte >= ZERO && byte <= NINE; byte = bytes[++at]) {
        if (power < 1e6) power = power * 10 + (byte - ZERO);
      }
      if (power > LARGEST_EXPONENT && !isExponentNegative) return this.#refused();
      exponent += isExponentNegative ? -power : power;
    } else if (mantissa === 0 && isInteger) {
      // An integer zero has no sign.
      this.end = at;
      return 0;
    }
    this.end = at;

    if (exponent >= -LARGEST_POWER && exponent <= LARGEST_POWER) {
      const magnitude = scaled(mantissa, exponent);
      if (!isCut || Math.fround(magnitude) === Math.fround(scaled(mantissa + 1, exponent))) {
        return isNegative ? -magnitude : magnitude;
      }
    }
    return this.#byText(start);
  }

  /** Returns the nearest double of any number. */
  #byText(start: number): number {
    const end = scalarTokenEnd(this.#bytes, start);
    const text = asciiText(this.#bytes, start, end);
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    this.end = Number.isFinite(value) ? end : NO_NUMBER;
    return value;
  }

  #refused(): number {
    this.end = NO_NUMBER;
    return Number.NaN;
  }

  /** Reads the integer at `start`. Returns undefined if it is not an int32 or has a point or an exponent. */
  int32(start: number): number | undefined {
    const bytes = this.#bytes;
    let at = start;
    let byte = bytes[at];
    const isNegative = byte === MINUS;
    if (isNegative) byte = bytes[++at];
    const first = at;
    let magnitude = 0;
    for (; byte !== undefined && byte >= ZERO && byte <= NINE; byte = bytes[++at]) {
      magnitude = magnitude * 10 + (byte - ZERO);
      if (magnitude > LARGEST_INT32 + 1) return undefined;
    }
    this.end = at;
    if (at === first || byte === POINT || byte === 0x65 || byte === 0x45) return undefined;
    const value = isNegative ? -magnitude : magnitude;
    return value <= LARGEST_INT32 && value >= SMALLEST_INT32 ? value + 0 : undefined;
  }

  #notFinite(start: number, isNegative: boolean): number {
    for (const name of ['NaN', 'Infinity', 'Inf']) {
      if (asciiText(this.#bytes, start, start + name.length) !== name) continue;
      this.end = start + name.length;
      if (name === 'NaN') return Number.NaN;
      return isNegative ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    }
    return this.#refused();
  }
}

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

function powerOfTen(exponent: number): number {
  return POWERS_OF_TEN[exponent] ?? 1;
}

function scaled(mantissa: number, exponent: number): number {
  return exponent < 0 ? mantissa / powerOfTen(-exponent) : mantissa * powerOfTen(exponent);
}

/** Numbers and literals end before a byte that cannot be part of them. */
export function scalarTokenEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  for (let byte = bytes[at]; byte !== undefined; byte = bytes[++at]) {
    if (byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT || byte <= 0x20) break;
  }
  return at;
}

/** True if the byte begins a number in scanned text. */
export function beginsNumber(byte: number | undefined): boolean {
  return isDigit(byte) || byte === MINUS || byte === 0x4e || byte === 0x49;
}
