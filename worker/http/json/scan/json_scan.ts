import type { TensorValue } from '../../../model/tensor.ts';
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
import { readFloats } from '../tensors/tensor_list.ts';
import {
  AFTER_ELEMENT,
  AFTER_MEMBER,
  AFTER_NAME,
  type JsonFault,
  MALFORMED,
  malformed,
} from './json_fault.ts';
import { scalarEnd, stringEnd } from './json_scalar_scan.ts';
import { stringEquals } from './json_string.ts';
import { OpenContainers } from './open_containers.ts';

/** The offset of a value in scanned bytes. */
export type ValueOffset = number;

export type JsonScan =
  | { readonly kind: 'json'; readonly root: ValueOffset; readonly members: FoundMembers }
  /** The reason is RapidJSON's sentence. The offset is in bytes. */
  | { readonly kind: 'malformed'; readonly offset: number; readonly reason: string };

const ENCODER = new TextEncoder();

/** The names of members to find in a document's top-level object. */
export class WantedMembers {
  readonly names: readonly string[];
  readonly #encoded: readonly Uint8Array[];
  readonly #readAsFloats: readonly boolean[];

  /** @param readAsFloats the names whose value, if it is a list of numbers, is read as float32 in the same pass */
  constructor(names: readonly string[], readAsFloats: readonly string[] = []) {
    this.names = names;
    this.#encoded = names.map((name) => ENCODER.encode(name));
    this.#readAsFloats = names.map((name) => readAsFloats.includes(name));
  }

  /** Returns the index of the name at an offset, or -1 if the name is not wanted. */
  find(bytes: Uint8Array, nameStart: number): number {
    for (let index = 0; index < this.#encoded.length; index++) {
      const name = this.#encoded[index];
      if (name !== undefined && stringEquals(bytes, nameStart, name)) return index;
    }
    return -1;
  }

  isReadAsFloats(index: number): boolean {
    return this.#readAsFloats[index] === true;
  }
}

/** The offsets of the wanted members' values. Of duplicate names the first counts. */
export class FoundMembers {
  /** The last list that was read as float32 during the scan. */
  floats: TensorValue | undefined;
  readonly #wanted: WantedMembers;
  readonly #offsets: (ValueOffset | undefined)[] = [];

  constructor(wanted: WantedMembers) {
    this.#wanted = wanted;
  }

  get(name: string): ValueOffset | undefined {
    return this.#offsets[this.#wanted.names.indexOf(name)];
  }

  /** Records a member. Returns the end of its value if the value was read during the scan. */
  note(bytes: Uint8Array, index: number, value: ValueOffset): number | undefined {
    if (this.#offsets[index] !== undefined) return undefined;
    this.#offsets[index] = value;
    if (!this.#wanted.isReadAsFloats(index)) return undefined;
    const read = readFloats(bytes, value);
    this.floats = read?.tensor;
    return read?.end;
  }
}

/**
 * Checks that bytes begin with one JSON value, as RapidJSON reads it with TensorFlow Serving's flags: NaN and
 * infinities are numbers, and text after the value is ignored. The depth is not limited, as in TensorFlow Serving: the
 * scan needs one bit for each level, and lists that are too deep for a tensor are refused when the tensor is read. A
 * JsonCursor reads the accepted bytes without checks.
 */
export function scanJson(bytes: Uint8Array, wanted: WantedMembers): JsonScan {
  const fault: JsonFault = { offset: 0, reason: '' };
  const root = afterSpace(bytes, hasByteOrderMark(bytes) ? 3 : 0);
  if (isNoBeginning(bytes[root])) {
    return { kind: 'malformed', offset: root, reason: 'The document is empty.' };
  }
  const members = new FoundMembers(wanted);
  const end = scanValue(bytes, root, fault, wanted, members);
  return end === MALFORMED ? { kind: 'malformed', ...fault } : { kind: 'json', root, members };
}

/**
 * StrictScan has the same loop. A single loop that calls a dialect's functions for strings and numbers took 1.5 times
 * as long on rows of objects, since the engine did not inline the calls.
 */
function scanValue(
  bytes: Uint8Array,
  root: number,
  fault: JsonFault,
  wanted: WantedMembers,
  members: FoundMembers,
): number {
  const open = new OpenContainers();
  let inObject = false;
  let isAtName = false;
  let at = root;
  for (;;) {
    let isBehindValue = false;
    if (isAtName) {
      isAtName = false;
      const name = at;
      at = memberValue(bytes, name, fault);
      if (at === MALFORMED) return MALFORMED;
      const index = open.depth === 1 ? wanted.find(bytes, name) : -1;
      const end = index === -1 ? undefined : members.note(bytes, index, at);
      if (end !== undefined) {
        at = end;
        isBehindValue = true;
      }
    }
    if (!isBehindValue) {
      const opener = bytes[at];
      if (opener === OPEN_LIST || opener === OPEN_OBJECT) {
        const opensObject = opener === OPEN_OBJECT;
        at = afterSpace(bytes, at + 1);
        if (bytes[at] === (opensObject ? CLOSE_OBJECT : CLOSE_LIST)) {
          at += 1;
          isBehindValue = true;
        } else {
          open.push(opensObject);
          inObject = opensObject;
          isAtName = opensObject;
        }
      } else {
        at = scalarEnd(bytes, at, fault);
        if (at === MALFORMED) return MALFORMED;
        isBehindValue = true;
      }
    }

    // Behind a value: closes the containers that end here, then moves to the next value.
    while (isBehindValue) {
      if (open.depth === 0) return at;
      if (bytes[at] !== COMMA) at = afterSpace(bytes, at);
      const byte = bytes[at];
      if (byte === COMMA) {
        at = afterSpace(bytes, at + 1);
        isAtName = inObject;
        isBehindValue = false;
      } else if (byte === (inObject ? CLOSE_OBJECT : CLOSE_LIST)) {
        at += 1;
        inObject = open.pop();
      } else {
        return malformed(fault, at, inObject ? AFTER_MEMBER : AFTER_ELEMENT);
      }
    }
  }
}

/** Returns the offset of the value of an object's member. */
function memberValue(bytes: Uint8Array, start: number, fault: JsonFault): number {
  if (bytes[start] !== QUOTE) return malformed(fault, start, 'Missing a name for object member.');
  const nameEnd = stringEnd(bytes, start, fault);
  if (nameEnd === MALFORMED) return MALFORMED;
  const colon = afterSpace(bytes, nameEnd);
  return bytes[colon] === COLON ? afterSpace(bytes, colon + 1) : malformed(fault, colon, AFTER_NAME);
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
