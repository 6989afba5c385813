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
import {
  AFTER_ELEMENT,
  AFTER_MEMBER,
  AFTER_NAME,
  type JsonFault,
  MALFORMED,
  malformed,
} from './json_fault.ts';
import { OpenContainers } from './open_containers.ts';
import { strictScalarEnd, strictStringEnd } from './strict_scalars.ts';

/** The limits of a document. */
export interface DocumentLimits {
  /** The depth to which lists and objects may be nested, and the error for a deeper document. */
  readonly mostDepth: number;
  readonly tooDeep: string;
  /** The most objects, members and other values that the reader may read. Skipped lists and scalars do not count. */
  readonly mostValues: number;
  readonly tooMany: string;
}

/** Scans unchecked text as strict JSON, with limits. It allocates nothing for skipped values. */
export class StrictScan {
  readonly bytes: Uint8Array;
  /** The position and the reason of the refusal, set when a method returns MALFORMED. */
  readonly fault: JsonFault = { offset: 0, reason: '' };
  readonly #limits: DocumentLimits;
  #values = 0;

  constructor(bytes: Uint8Array, limits: DocumentLimits) {
    this.bytes = bytes;
    this.#limits = limits;
  }

  refuse(offset: number, reason: string): typeof MALFORMED {
    return malformed(this.fault, offset, reason);
  }

  /** Counts a value. Returns false beyond the limit. */
  count(offset: number): boolean {
    this.#values += 1;
    if (this.#values <= this.#limits.mostValues) return true;
    malformed(this.fault, offset, this.#limits.tooMany);
    return false;
  }

  /** True if a container may be opened at this depth. */
  mayOpen(depth: number, offset: number): boolean {
    if (depth < this.#limits.mostDepth) return true;
    malformed(this.fault, offset, this.#limits.tooDeep);
    return false;
  }

  /** Moves from a member's name, which ends at an offset, to its value. Returns MALFORMED on an error. */
  toValue(nameEnd: number): number {
    const colon = afterSpace(this.bytes, nameEnd);
    if (this.bytes[colon] === COLON) return afterSpace(this.bytes, colon + 1);
    return this.refuse(colon, AFTER_NAME);
  }

  /** Returns the end of the value at an offset, inside `depth` containers, or MALFORMED. */
  skip(start: number, depth: number): number {
    const { bytes, fault } = this;
    const first = bytes[start];
    if (first !== OPEN_LIST && first !== OPEN_OBJECT) return strictScalarEnd(bytes, start, fault);
    const open = new OpenContainers();
    const mostDepth = this.#limits.mostDepth - depth;
    let inObject = false;
    let isAtName = false;
    let at = start;
    for (;;) {
      let isBehindValue = false;
      if (isAtName) {
        isAtName = false;
        if (!this.count(at)) return MALFORMED;
        if (bytes[at] !== QUOTE) return this.refuse(at, 'Missing a name for object member.');
        const nameEnd = strictStringEnd(bytes, at, fault);
        if (nameEnd === MALFORMED) return MALFORMED;
        at = this.toValue(nameEnd);
        if (at === MALFORMED) return MALFORMED;
      }
      const opener = bytes[at];
      if (opener === OPEN_LIST || opener === OPEN_OBJECT) {
        const opensObject = opener === OPEN_OBJECT;
        if (opensObject && !this.count(at)) return MALFORMED;
        if (open.depth >= mostDepth) return this.refuse(at, this.#limits.tooDeep);
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
        at = strictScalarEnd(bytes, at, fault);
        if (at === MALFORMED) return MALFORMED;
        isBehindValue = true;
      }
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
          return this.refuse(at, inObject ? AFTER_MEMBER : AFTER_ELEMENT);
        }
      }
    }
  }
}
