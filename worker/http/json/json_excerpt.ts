import { CLOSE_LIST, CLOSE_OBJECT, OPEN_LIST, OPEN_OBJECT, QUOTE } from './ascii.ts';
import type { JsonKind } from './scan/json_cursor.ts';
import { scannedStringEnd } from './scan/json_string.ts';

const EXCERPT_LENGTH = 256;
const DECODER = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });

/** Formats a scanned value for an error message: without white space, truncated at 256 bytes, numbers as written. */
export function excerpt(bytes: Uint8Array, start: number): string {
  const text = new Uint8Array(EXCERPT_LENGTH + 1);
  let length = 0;
  let depth = 0;
  let at = start;
  while (length <= EXCERPT_LENGTH) {
    const byte = bytes[at];
    if (byte === undefined) break;
    if (byte === QUOTE) {
      const end = Math.min(scannedStringEnd(bytes, at), at + EXCERPT_LENGTH + 1);
      const piece = bytes.subarray(at, Math.min(end, at + text.length - length));
      text.set(piece, length);
      length += piece.length;
      at = end;
      if (depth === 0) break;
      continue;
    }
    if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth -= 1;
    // A top-level scalar ends before a byte that cannot be part of it.
    if (depth < 0 || (depth === 0 && (byte <= 0x20 || byte === 0x2c))) break;
    if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth += 1;
    if (byte > 0x20) text[length++] = byte;
    at += 1;
    if (depth === 0 && (byte === CLOSE_LIST || byte === CLOSE_OBJECT)) break;
  }
  if (length <= EXCERPT_LENGTH) return DECODER.decode(text.subarray(0, length));
  return `${DECODER.decode(text.subarray(0, EXCERPT_LENGTH))}...`;
}

/** Truncates a client's text to 256 characters for an error message. */
export function shortened(text: string): string {
  return text.length > EXCERPT_LENGTH ? `${text.slice(0, EXCERPT_LENGTH)}...` : text;
}

const TYPE_NAMES: Readonly<Record<JsonKind, string>> = {
  object: 'Object',
  list: 'Array',
  string: 'String',
  number: 'Number',
  true: 'True',
  false: 'False',
  null: 'Null',
};

/** Returns the name of a value's JSON type as TensorFlow Serving's errors use it. */
export function jsonTypeName(kind: JsonKind): string {
  return TYPE_NAMES[kind];
}
