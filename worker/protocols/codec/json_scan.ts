import { remembered } from '../remembered.ts';
import {
  afterSpace,
  CLOSE_LIST,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
} from './ascii.ts';
import { type JsonFault, MALFORMED, malformed, scalarEnd, stringEnd } from './json_scalar_scan.ts';
import { stringEquals } from './json_string.ts';

/** Where a value begins, in bytes that were scanned. */
export type ValueOffset = number;

export type JsonScan =
  | {
      readonly kind: 'json';
      readonly root: ValueOffset;
      /** Where the value of each wanted member of the top-level object begins. Of equal names the first counts. */
      readonly members: ReadonlyMap<string, ValueOffset>;
    }
  /** In RapidJSON's words; the offset is in bytes. */
  | { readonly kind: 'malformed'; readonly offset: number; readonly reason: string };

/**
 * Checks that bytes begin with one JSON value, as RapidJSON reads it with TensorFlow Serving's flags: NaN and
 * infinities are numbers, and what follows the value is not looked at. Memory is one bit for each level of
 * nesting. What passed can be read by a JsonCursor, which checks nothing again.
 *
 * @param readMember may read a wanted member's value itself, with no fewer checks, and tell where it ends
 */
export function scanJson(
  bytes: Uint8Array,
  wanted: readonly string[],
  readMember: (name: string, value: ValueOffset) => number | undefined = () => undefined,
): JsonScan {
  const fault: JsonFault = { offset: 0, reason: '' };
  const root = afterSpace(bytes, hasByteOrderMark(bytes) ? 3 : 0);
  if (isNoBeginning(bytes[root])) {
    return { kind: 'malformed', offset: root, reason: 'The document is empty.' };
  }
  const members = new Map<string, ValueOffset>();
  const end = scanValue(bytes, root, fault, (nameStart, value) => {
    const found = wanted.find((name) => stringEquals(bytes, nameStart, utf8(name)));
    if (found === undefined || members.has(found)) return undefined;
    members.set(found, value);
    return readMember(found, value);
  });
  return end === MALFORMED ? { kind: 'malformed', ...fault } : { kind: 'json', root, members };
}

const ENCODER = new TextEncoder();
const utf8 = remembered((name) => ENCODER.encode(name));

type TopLevelMember = (nameStart: number, value: ValueOffset) => number | undefined;

function scanValue(bytes: Uint8Array, root: number, fault: JsonFault, onMember: TopLevelMember): number {
  const open = new OpenContainers();
  let inObject = false;
  let at = root;
  /** Goes to the value of an object's member; true where that was read on the way. */
  const enterMember = (): boolean => {
    const name = at;
    at = memberValue(bytes, name, fault);
    const end = open.depth === 1 && at !== MALFORMED ? onMember(name, at) : undefined;
    at = end ?? at;
    return end !== undefined;
  };
  for (;;) {
    let isBehindValue = true;
    const opener = bytes[at];
    if (opener === OPEN_LIST || opener === OPEN_OBJECT) {
      const opensObject = opener === OPEN_OBJECT;
      at = afterSpace(bytes, at + 1);
      if (bytes[at] === (opensObject ? CLOSE_OBJECT : CLOSE_LIST)) at += 1;
      else {
        open.push(opensObject);
        inObject = opensObject;
        isBehindValue = inObject && enterMember();
      }
    } else {
      at = scalarEnd(bytes, at, fault);
    }
    if (at === MALFORMED) return MALFORMED;

    // After a value: close what ends here, then go to the next value.
    while (isBehindValue) {
      if (open.depth === 0) return at;
      if (bytes[at] !== COMMA) at = afterSpace(bytes, at);
      const byte = bytes[at];
      if (byte === COMMA) {
        at = afterSpace(bytes, at + 1);
        isBehindValue = inObject && enterMember();
        if (at === MALFORMED) return MALFORMED;
      } else if (byte === (inObject ? CLOSE_OBJECT : CLOSE_LIST)) {
        at += 1;
        inObject = open.pop();
      } else {
        const expected = inObject ? '} after an object member.' : '] after an array element.';
        return malformed(fault, at, `Missing a comma or ${expected}`);
      }
    }
  }
}

/** Where the value of an object's member begins. */
function memberValue(bytes: Uint8Array, start: number, fault: JsonFault): number {
  if (bytes[start] !== QUOTE) return malformed(fault, start, 'Missing a name for object member.');
  const nameEnd = stringEnd(bytes, start, fault);
  if (nameEnd === MALFORMED) return MALFORMED;
  const colon = afterSpace(bytes, nameEnd);
  if (bytes[colon] !== COLON)
    return malformed(fault, colon, 'Missing a colon after a name of object member.');
  return afterSpace(bytes, colon + 1);
}

/** Which containers are open: a bit for each, set where it is an object. */
class OpenContainers {
  depth = 0;
  #bits = new Uint32Array(8);

  push(isObject: boolean): void {
    const word = this.depth >>> 5;
    if (word === this.#bits.length) {
      const grown = new Uint32Array(word * 2);
      grown.set(this.#bits);
      this.#bits = grown;
    }
    const bit = 1 << (this.depth & 31);
    const others = (this.#bits[word] ?? 0) & ~bit;
    this.#bits[word] = isObject ? others | bit : others;
    this.depth += 1;
  }

  /** Closes the innermost; whether the next is an object. */
  pop(): boolean {
    this.depth -= 1;
    if (this.depth === 0) return false;
    const outer = this.depth - 1;
    return (((this.#bits[outer >>> 5] ?? 0) >>> (outer & 31)) & 1) === 1;
  }
}

function hasByteOrderMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

function isNoBeginning(byte: number | undefined): boolean {
  return (
    byte === undefined ||
    byte === 0 ||
    byte === COMMA ||
    byte === COLON ||
    byte === CLOSE_LIST ||
    byte === CLOSE_OBJECT
  );
}
