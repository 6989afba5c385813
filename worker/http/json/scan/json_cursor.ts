import {
  afterSpace,
  CLOSE_LIST,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
} from '../ascii.ts';
import { NumberReader, scalarTokenEnd } from '../numbers/json_number.ts';
import { scannedStringEnd } from './json_string.ts';

export type JsonKind = 'object' | 'list' | 'string' | 'number' | 'true' | 'false' | 'null';

/**
 * A position in bytes that scanJson accepted as JSON, which it reads without further checks. Between two operations it
 * is on a value or behind one.
 */
export class JsonCursor {
  readonly bytes: Uint8Array;
  readonly numbers: NumberReader;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
    this.numbers = new NumberReader(bytes);
  }

  kind(): JsonKind {
    switch (this.bytes[this.at]) {
      case OPEN_OBJECT:
        return 'object';
      case OPEN_LIST:
        return 'list';
      case QUOTE:
        return 'string';
      case 0x74:
        return 'true';
      case 0x66:
        return 'false';
      case 0x6e:
        return 'null';
      default:
        return 'number';
    }
  }

  /** Enters the list or object. Returns true on the first value or name, false behind an empty container. */
  enter(): boolean {
    const close = this.bytes[this.at] === OPEN_LIST ? CLOSE_LIST : CLOSE_OBJECT;
    this.at = afterSpace(this.bytes, this.at + 1);
    if (this.bytes[this.at] !== close) return true;
    this.at += 1;
    return false;
  }

  /**
   * Moves from behind a value to the next value or name and returns true, or behind the container and returns false.
   */
  next(): boolean {
    let at = this.at;
    if (this.bytes[at] !== COMMA) at = afterSpace(this.bytes, at);
    const isComma = this.bytes[at] === COMMA;
    this.at = isComma ? afterSpace(this.bytes, at + 1) : at + 1;
    return isComma;
  }

  /** Moves from a member's name to its value. */
  toMemberValue(): void {
    const nameEnd = scannedStringEnd(this.bytes, this.at);
    const colon = this.bytes[nameEnd] === COLON ? nameEnd : afterSpace(this.bytes, nameEnd);
    this.at = afterSpace(this.bytes, colon + 1);
  }

  /** Moves behind the value, whatever its size or depth. */
  skip(): void {
    this.at = valueEnd(this.bytes, this.at);
  }
}

/** Returns the end of a scanned value. */
export function valueEnd(bytes: Uint8Array, start: number): number {
  let depth = 0;
  let at = start;
  for (;;) {
    const byte = bytes[at];
    if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      depth += 1;
      at += 1;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      depth -= 1;
      at += 1;
    } else if (byte === QUOTE) {
      at = scannedStringEnd(bytes, at);
    } else if (depth === 0) {
      return scalarTokenEnd(bytes, at);
    } else {
      at += 1;
      continue;
    }
    if (depth === 0) return at;
  }
}
