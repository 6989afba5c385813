import { asciiText, BACKSLASH, hexDigit, isDigit, MINUS, NINE, PLUS, POINT, QUOTE, ZERO } from '../ascii.ts';
import { type JsonFault, MALFORMED, malformed } from './json_fault.ts';

const INVALID_VALUE = 'Invalid value.';

/** Returns the end of a string, number or literal, or MALFORMED with RapidJSON's reason and offset. */
export function scalarEnd(bytes: Uint8Array, start: number, fault: JsonFault): number {
  switch (bytes[start]) {
    case QUOTE:
      return stringEnd(bytes, start, fault);
    case 0x74:
      return literalEnd(bytes, start, 'true', fault);
    case 0x66:
      return literalEnd(bytes, start, 'false', fault);
    case 0x6e:
      return literalEnd(bytes, start, 'null', fault);
    default:
      return numberEnd(bytes, start, fault);
  }
}

/** Returns the end of a literal or MALFORMED. The offset of the error is that of the first byte that differs. */
export function literalEnd(bytes: Uint8Array, start: number, literal: string, fault: JsonFault): number {
  for (let index = 0; index < literal.length; index++) {
    if (bytes[start + index] !== literal.charCodeAt(index)) {
      return malformed(fault, start + index, INVALID_VALUE);
    }
  }
  return start + literal.length;
}

/** The most digits that a finite double has before its point without an exponent. */
const LONGEST_FINITE = 308;

function numberEnd(bytes: Uint8Array, start: number, fault: JsonFault): number {
  let at = start;
  let byte = bytes[at] ?? 0;
  if (byte === MINUS) byte = bytes[++at] ?? 0;
  if (byte === ZERO) byte = bytes[++at] ?? 0;
  else if (byte > ZERO && byte <= NINE) {
    do byte = bytes[++at] ?? 0;
    while (byte >= ZERO && byte <= NINE);
  } else return notFiniteEnd(bytes, at, fault);
  const wholeDigits = at - start;
  let fractionDigits = 0;
  if (byte === POINT) {
    const fraction = at + 1;
    do byte = bytes[++at] ?? 0;
    while (byte >= ZERO && byte <= NINE);
    fractionDigits = at - fraction;
    if (fractionDigits === 0) return malformed(fault, at, 'Miss fraction part in number.');
  }
  if (byte !== 0x65 && byte !== 0x45) {
    if (wholeDigits <= LONGEST_FINITE || Number.isFinite(Number(asciiText(bytes, start, at)))) return at;
    return malformed(fault, start, TOO_BIG);
  }
  const sign = bytes[at + 1];
  const exponent = sign === PLUS || sign === MINUS ? at + 2 : at + 1;
  const end = digitsEnd(bytes, exponent);
  if (end === exponent) return malformed(fault, end, 'Miss exponent in number.');
  // RapidJSON checks the exponent before the digits, so that 0e999 is too big as well.
  const isTooBig =
    sign !== MINUS &&
    (Number(asciiText(bytes, exponent, end)) > LONGEST_FINITE + fractionDigits ||
      !Number.isFinite(Number(asciiText(bytes, start, end))));
  return isTooBig ? malformed(fault, start, TOO_BIG) : end;
}

const TOO_BIG = 'Number too big to be stored in double.';

function digitsEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while (isDigit(bytes[at])) at += 1;
  return at;
}

/** Accepts NaN, Inf and Infinity, as RapidJSON does with the corresponding flag. `start` is behind the sign. */
function notFiniteEnd(bytes: Uint8Array, start: number, fault: JsonFault): number {
  if (bytes[start] === 0x4e) return literalEnd(bytes, start, 'NaN', fault);
  if (bytes[start] !== 0x49) return malformed(fault, start, INVALID_VALUE);
  const end = literalEnd(bytes, start, 'Inf', fault);
  return end !== MALFORMED && bytes[end] === 0x69 ? literalEnd(bytes, start, 'Infinity', fault) : end;
}

/** Bytes above 127 are accepted unchecked, since RapidJSON does not validate UTF-8. */
export function stringEnd(bytes: Uint8Array, start: number, fault: JsonFault): number {
  for (let at = start + 1; ; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) {
      at = escapeEnd(bytes, at, fault) - 1;
      if (at < 0) return MALFORMED;
    } else if (byte === undefined || byte === 0) {
      return malformed(fault, at, 'Missing a closing quotation mark in string.');
    } else if (byte < 0x20) {
      return malformed(fault, at, 'Invalid encoding in string.');
    }
  }
}

const SIMPLE_ESCAPES = new Set([...'"\\/bfnrt'].map((character) => character.charCodeAt(0)));
const UNICODE_ESCAPE = 0x75;

function escapeEnd(bytes: Uint8Array, start: number, fault: JsonFault): number {
  const escaped = bytes[start + 1];
  if (escaped !== undefined && SIMPLE_ESCAPES.has(escaped)) return start + 2;
  if (escaped !== UNICODE_ESCAPE) return malformed(fault, start, 'Invalid escape character in string.');
  const unit = codeUnit(bytes, start + 2);
  if (unit < 0) return malformed(fault, start, INCORRECT_HEX);
  if (unit < 0xd800 || unit > 0xdfff) return start + 6;
  const isPair = unit <= 0xdbff && bytes[start + 6] === BACKSLASH && bytes[start + 7] === UNICODE_ESCAPE;
  if (!isPair) return malformed(fault, start, INVALID_SURROGATE);
  const second = codeUnit(bytes, start + 8);
  if (second < 0) return malformed(fault, start, INCORRECT_HEX);
  return second >= 0xdc00 && second <= 0xdfff ? start + 12 : malformed(fault, start, INVALID_SURROGATE);
}

const INCORRECT_HEX = 'Incorrect hex digit after \\u escape in string.';
const INVALID_SURROGATE = 'The surrogate pair in string is invalid.';

/** Returns the value of the four hexadecimal digits of `\u`, or -1 if one is not a digit. */
export function codeUnit(bytes: Uint8Array, start: number): number {
  let unit = 0;
  for (let at = start; at < start + 4; at++) {
    const digit = hexDigit(bytes[at]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}
