import {
  afterSpace,
  asciiText,
  BACKSLASH,
  CLOSE_LIST,
  CLOSE_OBJECT,
  COMMA,
  NINE,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE,
  ZERO,
} from '../../json/ascii.ts';
import { AFTER_ELEMENT, AFTER_MEMBER, MALFORMED } from '../../json/scan/json_fault.ts';
import { NOT_UTF8, strictScalarEnd, strictStringEnd } from '../../json/scan/strict_scalars.ts';
import { type DocumentLimits, StrictScan } from '../../json/scan/strict_scan.ts';
import { type Invalid, invalid } from '../outcome.ts';
import { DataText, FloatReading } from './data_text.ts';

export type DocumentOutcome =
  | { readonly kind: 'document'; readonly value: unknown }
  /** `mayBeBinary` if what is wrong is where text ends and other bytes begin. */
  | (Invalid & { readonly mayBeBinary: boolean });

/** Triton's limit on nesting. `data` itself is inside an object, a list and the request's object. */
const MAX_NESTING = 100;
const LIMITS: DocumentLimits = {
  mostDepth: MAX_NESTING + 3,
  tooDeep: `JSON nesting depth exceeds maximum allowed limit (${MAX_NESTING})`,
  mostValues: 16_384,
  tooMany: 'A request may have 16384 members and values at most in addition to the data of its inputs',
};
/** The limit of a name or another text outside `data`. */
const LONGEST_TEXT = 65_536;
const TOO_LONG = `A text outside data may have ${LONGEST_TEXT} bytes at most`;

/** How much of a value is read: all of it, the elements of a list, some members of an object, or only its offset. */
type Form =
  | { readonly kind: 'value' | 'data' }
  | { readonly kind: 'list'; readonly element: Form }
  | { readonly kind: 'object'; readonly members: readonly Member[] };

interface Member {
  readonly name: string;
  /** The spelling of most requests, with quotation marks. */
  readonly encoded: Uint8Array;
  readonly form: Form;
}

const ENCODER = new TextEncoder();
const member = (name: string, form: Form): Member => ({ name, encoded: ENCODER.encode(name), form });

const VALUE: Form = { kind: 'value' };
const INPUT: Form = {
  kind: 'object',
  members: [
    member('name', VALUE),
    member('shape', VALUE),
    member('datatype', VALUE),
    member('parameters', VALUE),
    member('data', { kind: 'data' }),
  ],
};
const REQUEST: Form = {
  kind: 'object',
  members: [
    member('id', VALUE),
    member('parameters', VALUE),
    member('inputs', { kind: 'list', element: INPUT }),
    member('outputs', VALUE),
  ],
};

/**
 * Reads the JSON of an inference request except the data of its inputs: a DataText replaces each `data` that is a list.
 * Members that the protocol does not define are checked and dropped, and so are members that are null, which other
 * servers and their clients' libraries take for absent ones. Of duplicate names the last counts. All of the text must be
 * JSON in UTF-8, in which NaN and infinities are numbers.
 */
export function readDocument(bytes: Uint8Array): DocumentOutcome {
  const reader = new DocumentReader(bytes);
  const value = reader.read();
  const { fault } = reader;
  if (fault === undefined) return { kind: 'document', value };
  const { reason, offset } = fault;
  if (reason === LIMITS.tooDeep || reason === LIMITS.tooMany || reason === TOO_LONG)
    return { ...invalid(reason), mayBeBinary: false };
  const why = reason === NOT_UTF8 ? 'it is not UTF-8' : reason;
  const message = `failed to parse the request JSON buffer: ${why} at ${offset}`;
  const mayBeBinary = reason === NOT_UTF8 || reason === FOLLOWED || (bytes[offset] ?? SPACE) < SPACE;
  return { ...invalid(message), mayBeBinary };
}

const FOLLOWED = 'The document root must not be followed by other values.';
/** Lower bytes are control characters, which JSON has only as white space. */
const SPACE = 0x20;

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Its position is behind the last value that was read, or MALFORMED after an error. */
class DocumentReader {
  readonly #bytes: Uint8Array;
  readonly #scan: StrictScan;
  readonly #floats: FloatReading;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#scan = new StrictScan(bytes, LIMITS);
    this.#floats = new FloatReading(bytes);
  }

  get fault() {
    return this.#at === MALFORMED ? this.#scan.fault : undefined;
  }

  read(): unknown {
    const bytes = this.#bytes;
    const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    this.#at = afterSpace(bytes, hasMark ? 3 : 0);
    if (this.#at === bytes.length) return this.#refuse('The document is empty.');
    const value = this.#read(REQUEST, 0);
    if (this.#at === MALFORMED) return undefined;
    this.#at = afterSpace(bytes, this.#at);
    return this.#at === bytes.length ? value : this.#refuse(FOLLOWED);
  }

  #refuse(reason: string): undefined {
    this.#at = this.#scan.refuse(this.#at, reason);
    return undefined;
  }

  /** Reads the value at the current position, inside `depth` containers, as a part of `owner`. */
  #read(form: Form, depth: number, owner?: object): unknown {
    const byte = this.#bytes[this.#at];
    if (form.kind === 'data' && byte === OPEN_LIST) return this.#data(depth, owner);
    if (!this.#scan.count(this.#at)) return this.#fail();
    if (byte === OPEN_OBJECT) return this.#object(form.kind === 'object' ? form.members : undefined, depth);
    if (byte === OPEN_LIST) return this.#list(form.kind === 'list' ? form.element : VALUE, depth);
    if (byte === QUOTE) return this.#string();
    const start = this.#at;
    // Fast path for the sizes in a shape, which mostly have few digits.
    const next = this.#bytes[start + 1];
    if (byte !== undefined && byte >= ZERO && byte <= NINE && (next === COMMA || next === CLOSE_LIST)) {
      this.#at = start + 1;
      return byte - ZERO;
    }
    this.#at = strictScalarEnd(this.#bytes, start, this.#scan.fault);
    return this.#at === MALFORMED ? undefined : scalarValue(asciiText(this.#bytes, start, this.#at));
  }

  #fail(): undefined {
    this.#at = MALFORMED;
    return undefined;
  }

  /** Reads the listed members of an object, or all of them. */
  #object(members: readonly Member[] | undefined, depth: number): object | undefined {
    const bytes = this.#bytes;
    if (!this.#scan.mayOpen(depth, this.#at)) return this.#fail();
    const value: Record<string, unknown> = {};
    this.#at = afterSpace(bytes, this.#at + 1);
    if (bytes[this.#at] === CLOSE_OBJECT) {
      this.#at += 1;
      return value;
    }
    for (;;) {
      if (bytes[this.#at] !== QUOTE) return this.#refuse('Missing a name for object member.');
      const found = members && this.#member(members);
      const name = found === undefined ? this.#string() : found.name;
      if (this.#at === MALFORMED || name === undefined) return undefined;
      this.#at = this.#scan.toValue(this.#at);
      if (this.#at === MALFORMED) return undefined;
      const form = members === undefined ? VALUE : (found ?? memberOf(members, name))?.form;
      if (form === undefined) {
        if (!this.#scan.count(this.#at)) return this.#fail();
        this.#at = this.#scan.skip(this.#at, depth + 1);
      } else {
        const read = this.#read(form, depth + 1, value);
        if (read === null) delete value[name];
        else if (name === '__proto__') Object.defineProperty(value, name, { value: read, ...PLAIN });
        else value[name] = read;
      }
      if (this.#at === MALFORMED) return undefined;
      this.#at = afterSpace(bytes, this.#at);
      if (bytes[this.#at] === CLOSE_OBJECT) {
        this.#at += 1;
        return value;
      }
      if (bytes[this.#at] !== COMMA) return this.#refuse(AFTER_MEMBER);
      this.#at = afterSpace(bytes, this.#at + 1);
    }
  }

  /** Returns the member whose name is at the current position if the name has no escapes, and moves behind the name. */
  #member(members: readonly Member[]): Member | undefined {
    const bytes = this.#bytes;
    const start = this.#at + 1;
    for (let index = 0; index < members.length; index++) {
      const found = members[index];
      if (found === undefined) continue;
      const { encoded } = found;
      const { length } = encoded;
      if (bytes[start + length] !== QUOTE) continue;
      let same = 0;
      while (same < length && bytes[start + same] === encoded[same]) same += 1;
      if (same !== length) continue;
      this.#at = start + length + 1;
      return found;
    }
    return undefined;
  }

  #list(element: Form, depth: number): unknown[] | undefined {
    const bytes = this.#bytes;
    if (!this.#scan.mayOpen(depth, this.#at)) return this.#fail();
    const values: unknown[] = [];
    this.#at = afterSpace(bytes, this.#at + 1);
    if (bytes[this.#at] === CLOSE_LIST) {
      this.#at += 1;
      return values;
    }
    for (;;) {
      values.push(this.#read(element, depth + 1));
      if (this.#at === MALFORMED) return undefined;
      this.#at = afterSpace(bytes, this.#at);
      if (bytes[this.#at] === CLOSE_LIST) {
        this.#at += 1;
        return values;
      }
      if (bytes[this.#at] !== COMMA) return this.#refuse(AFTER_ELEMENT);
      this.#at = afterSpace(bytes, this.#at + 1);
    }
  }

  #data(depth: number, input: object | undefined): DataText | undefined {
    const start = this.#at;
    const floats = this.#floats.read(start, input);
    this.#at = floats?.end ?? this.#scan.skip(start, depth);
    return this.#at === MALFORMED ? undefined : new DataText(this.#bytes, start, floats);
  }

  #string(): string | undefined {
    const bytes = this.#bytes;
    const start = this.#at;
    const end = strictStringEnd(bytes, start, this.#scan.fault);
    this.#at = end;
    if (end === MALFORMED) return undefined;
    if (end - start > LONGEST_TEXT) return this.#refuse(TOO_LONG);
    return textOf(bytes, start, end);
  }
}

function memberOf(members: readonly Member[], name: string): Member | undefined {
  return members.find((each) => each.name === name);
}

/** JSON.parse makes a member `__proto__` in the same way. */
const PLAIN = { writable: true, enumerable: true, configurable: true };

function scalarValue(text: string): unknown {
  switch (text) {
    case 'true':
      return true;
    case 'false':
      return false;
    case 'null':
      return null;
    case '-NaN':
      return Number.NaN;
    default:
      return Number(text);
  }
}

/** Returns the text of a scanned string as JSON.parse does. */
function textOf(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  // Names are short. A loop over their characters is faster than the platform's decoder.
  if (end - start <= SHORT_TEXT) {
    let at = start + 1;
    for (; at < end - 1; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === BACKSLASH || byte > 0x7f) break;
      text += String.fromCharCode(byte);
    }
    if (at === end - 1) return text;
  }
  const content = bytes.subarray(start + 1, end - 1);
  if (!content.includes(BACKSLASH)) return DECODER.decode(content);
  return String(JSON.parse(DECODER.decode(bytes.subarray(start, end))));
}

const SHORT_TEXT = 64;
