import { BACKSLASH, QUOTE } from '../ascii.ts';
import { codeUnit } from './json_scalar_scan.ts';

// A leading U+FEFF is part of the string and must not be dropped as a byte order mark.
const DECODER = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });
const ENCODER = new TextEncoder();

/** Returns the end of a scanned string, behind its closing quotation mark. */
export function scannedStringEnd(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  for (let byte = bytes[at]; byte !== QUOTE && byte !== undefined; byte = bytes[at]) {
    at += byte === BACKSLASH ? 2 : 1;
  }
  return at + 1;
}

/**
 * Returns the bytes that a scanned string represents. They are UTF-8 if the text is. Other bytes are preserved, since a
 * TensorFlow string may contain any bytes. A string without escapes is a view of the text: copies of many strings would
 * take several times the memory of the text.
 *
 * @param start the offset of the opening quotation mark
 */
export function stringBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const content = bytes.subarray(start + 1, end - 1);
  return content.includes(BACKSLASH) ? unescaped(content) : content;
}

/** Returns the text of a scanned string. Bytes that are not UTF-8 become U+FFFD. */
export function stringText(bytes: Uint8Array, start: number): string {
  return DECODER.decode(stringBytes(bytes, start, scannedStringEnd(bytes, start)));
}

/**
 * True if a scanned string equals a text. Most strings contain no escapes and are compared in place.
 *
 * @param expected UTF-8
 */
export function stringEquals(bytes: Uint8Array, start: number, expected: Uint8Array): boolean {
  const first = start + 1;
  const { length } = expected;
  let index = 0;
  while (index < length && bytes[first + index] === expected[index] && expected[index] !== BACKSLASH) {
    index += 1;
  }
  if (index === length && bytes[first + index] === QUOTE) return true;
  const end = scannedStringEnd(bytes, start);
  if (end - start - 2 > length * LONGEST_ESCAPE || !bytes.subarray(start, end).includes(BACKSLASH))
    return false;
  const actual = stringBytes(bytes, start, end);
  return actual.length === length && actual.every((byte, at) => byte === expected[at]);
}

/** The most bytes of JSON that represent one byte. */
const LONGEST_ESCAPE = 6;

const ESCAPED: Readonly<Record<number, number>> = {
  98: 0x08,
  102: 0x0c,
  110: 0x0a,
  114: 0x0d,
  116: 0x09,
};

/** An escape is never shorter than the bytes that it represents. */
function unescaped(content: Uint8Array): Uint8Array {
  const result = new Uint8Array(content.length);
  let length = 0;
  for (let at = 0; at < content.length; at++) {
    const byte = content[at] ?? 0;
    if (byte !== BACKSLASH) {
      result[length++] = byte;
      continue;
    }
    at += 1;
    const escaped = content[at] ?? 0;
    if (escaped !== 0x75) {
      result[length++] = ESCAPED[escaped] ?? escaped;
      continue;
    }
    const unit = codeUnit(content, at + 1);
    at += 4;
    let text = String.fromCharCode(unit);
    if (unit >= 0xd800 && unit <= 0xdbff) {
      text += String.fromCharCode(codeUnit(content, at + 3));
      at += 6;
    }
    length += ENCODER.encodeInto(text, result.subarray(length)).written;
  }
  return result.slice(0, length);
}
