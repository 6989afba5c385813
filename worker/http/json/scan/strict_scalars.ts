import { BACKSLASH, isDigit, MINUS, NINE, PLUS, POINT, QUOTE, ZERO } from '../ascii.ts';
import { type JsonFault, MALFORMED, malformed } from './json_fault.ts';
import { codeUnit, literalEnd } from './json_scalar_scan.ts';

export const NOT_UTF8 = 'It is not UTF-8.';

/**
 * Returns the end of a string, number or literal, or MALFORMED. Accepts JSON as RFC 8259 defines it, in UTF-8, and also
 * the numbers NaN, Infinity and -Infinity, which Triton's clients write.
 */
export function strictScalarEnd(bytes: Uint8Array, start: number, fault: JsonFault): number {
  switch (bytes[start]) {
    case QUOTE:
      return strictStringEnd(bytes, start, fault);
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

function numberEnd(bytes: Uint8Array, start: number, fault: JsonFault): number {
  let at = start;
  let byte = bytes[at] ?? 0;
  if (byte === MINUS) byte = bytes[++at] ?? 0;
  if (byte === 0x4e) return literalEnd(bytes, at, 'NaN', fault);
  if (byte === 0x49) return literalEnd(bytes, at, 'Infinity', fault);
  if (byte === ZERO) byte = bytes[++at] ?? 0;
  else if (byte > ZERO && byte <= NINE) {
    do byte = bytes[++at] ?? 0;
    while (byte >= ZERO && byte <= NINE);
  } else {
    const isText = byte < 0x80 || utf8End(bytes, at) !== MALFORMED;
    return malformed(fault, at, isText ? 'Invalid value.' : NOT_UTF8);
  }
  if (byte === POINT) {
    if (!isDigit(bytes[++at])) return malformed(fault, at, 'Miss fraction part in number.');
    do byte = bytes[++at] ?? 0;
    while (byte >= ZERO && byte <= NINE);
  }
  if (byte !== 0x65 && byte !== 0x45) return at;
  byte = bytes[++at] ?? 0;
  if (byte === PLUS || byte === MINUS) at += 1;
  if (!isDigit(bytes[at])) return malformed(fault, at, 'Miss exponent in number.');
  while (isDigit(bytes[at])) at += 1;
  return at;
}

/** Returns the end of a string, behind its closing quotation mark, or MALFORMED. */
export function strictStringEnd(bytes: Uint8Array, start: number, fault: JsonFault): number {
  let at = start + 1;
  for (;;) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte === undefined) return malformed(fault, at, 'Missing a closing quotation mark in string.');
    if (byte === BACKSLASH) {
      const escaped = bytes[at + 1] ?? 0;
      if (escaped === UNICODE_ESCAPE) {
        if (codeUnit(bytes, at + 2) < 0) {
          return malformed(fault, at, 'Incorrect hex digit after \\u escape in string.');
        }
        at += 6;
      } else if (SIMPLE_ESCAPES.includes(escaped)) at += 2;
      else return malformed(fault, at, 'Invalid escape character in string.');
    } else if (byte < 0x20) {
      return malformed(fault, at, 'Invalid encoding in string.');
    } else if (byte < 0x80) {
      at += 1;
    } else {
      const end = utf8End(bytes, at);
      if (end === MALFORMED) return malformed(fault, at, NOT_UTF8);
      at = end;
    }
  }
}

const UNICODE_ESCAPE = 0x75;
const SIMPLE_ESCAPES = Uint8Array.from('"\\/bfnrt', (character) => character.charCodeAt(0));

/** Returns the end of the UTF-8 sequence of a character above 127 (RFC 3629), or MALFORMED. */
function utf8End(bytes: Uint8Array, start: number): number {
  const lead = bytes[start] ?? 0;
  const second = bytes[start + 1] ?? 0;
  if (lead >= 0xc2 && lead <= 0xdf) return isContinuation(second) ? start + 2 : MALFORMED;
  if (!isContinuation(second) || !isContinuation(bytes[start + 2] ?? 0)) return MALFORMED;
  if (lead >= 0xe0 && lead <= 0xef) {
    // Refuses overlong sequences and halves of surrogate pairs.
    if ((lead === 0xe0 && second < 0xa0) || (lead === 0xed && second > 0x9f)) return MALFORMED;
    return start + 3;
  }
  if (lead < 0xf0 || lead > 0xf4 || !isContinuation(bytes[start + 3] ?? 0)) return MALFORMED;
  if ((lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f)) return MALFORMED;
  return start + 4;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
