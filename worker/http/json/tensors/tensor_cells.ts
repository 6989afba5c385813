import type { DataType } from '../../../model/dtype.ts';
import type { TensorValue } from '../../../model/tensor.ts';
import { afterSpace, CLOSE_LIST, COMMA, OPEN_OBJECT, QUOTE } from '../ascii.ts';
import { decodeBase64 } from '../base64.ts';
import { beginsNumber, NO_NUMBER } from '../numbers/json_number.ts';
import { JsonCursor } from '../scan/json_cursor.ts';
import { scannedStringEnd, stringBytes, stringEquals } from '../scan/json_string.ts';

/** The values of a tensor during reading, in row-major order. */
export interface TensorCells {
  readonly count: number;
  /** Reads the scalar at the cursor. Returns false and reads nothing if it does not have the dtype. */
  read(cursor: JsonCursor): boolean;
  /**
   * Reads the scalars from the cursor to the end of their list. Returns their number, or NO_SCALAR if a value is not a
   * scalar of the dtype.
   */
  readRun(cursor: JsonCursor): number;
  tensor(shape: readonly number[]): TensorValue;
  /** Frees the memory at once, before the collector runs. The cells must not be used afterwards. */
  discard(): void;
}

export const NO_SCALAR = -1;

/**
 * The engine keeps a string as an object of about a hundred bytes throughout a request, however short it is. This many
 * fit into an isolate in addition to its other data.
 */
export const MOST_STRINGS = 65_536;

/** @param spanBytes the length of the text from which the values are read */
export function createCells(dtype: DataType, spanBytes: number): TensorCells {
  // A value takes at least one character, and a comma separates two.
  const most = Math.ceil(spanBytes / 2) + 1;
  switch (dtype) {
    case 'float32':
      return new FloatCells(most);
    case 'int32':
      return new IntegerCells(most);
    case 'bool':
      return new BooleanCells(most);
    case 'string':
      return new StringCells();
  }
}

/** Like createCells for float32. The first values are read into `room`, which the caller reuses afterwards. */
export function createFloatCells(spanBytes: number, room: Float32Array<ArrayBuffer>): TensorCells {
  return new FloatCells(Math.ceil(spanBytes / 2) + 1, room);
}

/**
 * The engine keeps arrays of this length in its own heap. Allocating separate memory would take longer than reading
 * them.
 */
const FIRST_CAPACITY = 16;
const SECOND_CAPACITY = 1024;

type CellValues = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

abstract class Cells<Values extends CellValues> implements TensorCells {
  count = 0;
  protected values: Values;
  readonly #most: number;
  readonly #room: Values | undefined;

  constructor(most: number, room?: Values) {
    this.#most = most;
    this.#room = room;
    this.values = room ?? this.allocate(Math.min(most, FIRST_CAPACITY));
  }

  protected abstract allocate(capacity: number): Values;
  protected abstract view(buffer: ArrayBuffer): Values;
  abstract read(cursor: JsonCursor): boolean;
  abstract tensor(shape: readonly number[]): TensorValue;

  protected grow(): Values {
    const { values } = this;
    const capacity = Math.max(1, Math.min(this.#most, Math.max(SECOND_CAPACITY, values.length * 2)));
    if (values.length < SECOND_CAPACITY || values === this.#room) {
      const grown = this.allocate(capacity);
      grown.set(values);
      this.values = grown;
    } else {
      // Transferring frees the old memory at once, before the collector runs.
      this.values = this.view(values.buffer.transfer(capacity * values.BYTES_PER_ELEMENT));
    }
    return this.values;
  }

  discard(): void {
    const { values } = this;
    if (values !== this.#room && values.length >= SECOND_CAPACITY) values.buffer.transfer(0);
    this.count = 0;
  }

  protected used(): Values {
    const { values, count } = this;
    const isLent = values === this.#room;
    if (count === values.length && !isLent) return values;
    // A view would move a small array out of the engine's heap. The copy and the view have the class of `values`.
    const isCopied = isLent || count <= FIRST_CAPACITY;
    return (isCopied ? values.slice(0, count) : values.subarray(0, count)) as Values;
  }

  readRun(cursor: JsonCursor): number {
    const before = this.count;
    do {
      if (!this.read(cursor)) return NO_SCALAR;
    } while (cursor.next());
    return this.count - before;
  }
}

/** Accepts any number. A number beyond float32's range becomes an infinity or zero, as in TensorFlow Serving. */
class FloatCells extends Cells<Float32Array<ArrayBuffer>> {
  protected allocate(capacity: number): Float32Array<ArrayBuffer> {
    return new Float32Array(capacity);
  }

  protected view(buffer: ArrayBuffer): Float32Array<ArrayBuffer> {
    return new Float32Array(buffer);
  }

  read(cursor: JsonCursor): boolean {
    if (!beginsNumber(cursor.bytes[cursor.at])) return false;
    if (this.count === this.values.length) this.grow();
    this.values[this.count++] = cursor.numbers.float32(cursor.at);
    cursor.at = cursor.numbers.end;
    return cursor.at !== NO_NUMBER;
  }

  /** This loop reads almost all of a large request. */
  override readRun(cursor: JsonCursor): number {
    const { bytes, numbers } = cursor;
    const before = this.count;
    let { values, count } = this;
    let at = cursor.at;
    while (beginsNumber(bytes[at])) {
      if (count === values.length) values = this.grow();
      values[count++] = numbers.float32(at);
      at = numbers.end;
      if (at === NO_NUMBER) return NO_SCALAR;
      if (bytes[at] === COMMA && beginsNumber(bytes[at + 1])) {
        at += 1;
        continue;
      }
      cursor.at = at;
      if (!cursor.next()) {
        this.count = count;
        return bytes[cursor.at - 1] === CLOSE_LIST ? count - before : NO_SCALAR;
      }
      at = cursor.at;
    }
    return NO_SCALAR;
  }

  tensor(shape: readonly number[]): TensorValue {
    return { dtype: 'float32', shape, values: this.used() };
  }
}

/** Accepts integers in int32's range without a point or an exponent (RapidJSON's IsInt). */
export class IntegerCells extends Cells<Int32Array<ArrayBuffer>> {
  protected allocate(capacity: number): Int32Array<ArrayBuffer> {
    return new Int32Array(capacity);
  }

  protected view(buffer: ArrayBuffer): Int32Array<ArrayBuffer> {
    return new Int32Array(buffer);
  }

  read(cursor: JsonCursor): boolean {
    const value = cursor.numbers.int32(cursor.at);
    if (value === undefined) return false;
    this.push(value);
    cursor.at = cursor.numbers.end;
    return true;
  }

  push(value: number): void {
    if (this.count === this.values.length) this.grow();
    this.values[this.count++] = value;
  }

  tensor(shape: readonly number[]): TensorValue {
    return { dtype: 'int32', shape, values: this.used() };
  }
}

class BooleanCells extends Cells<Uint8Array<ArrayBuffer>> {
  protected allocate(capacity: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(capacity);
  }

  protected view(buffer: ArrayBuffer): Uint8Array<ArrayBuffer> {
    return new Uint8Array(buffer);
  }

  read(cursor: JsonCursor): boolean {
    const kind = cursor.kind();
    if (kind !== 'true' && kind !== 'false') return false;
    if (this.count === this.values.length) this.grow();
    this.values[this.count++] = kind === 'true' ? 1 : 0;
    cursor.at += kind.length;
    return true;
  }

  tensor(shape: readonly number[]): TensorValue {
    return { dtype: 'bool', shape, values: this.used() };
  }
}

const NO_BYTES = new Uint8Array(0);

/** Accepts strings, and `{"b64": "..."}` for bytes. */
class StringCells implements TensorCells {
  #values: Uint8Array[] = [];

  get count(): number {
    return this.#values.length;
  }

  read(cursor: JsonCursor): boolean {
    if (this.#values.length === MOST_STRINGS) return false;
    const value = readString(cursor);
    if (value === undefined) return false;
    this.#values.push(value);
    return true;
  }

  readRun(cursor: JsonCursor): number {
    const before = this.#values.length;
    do {
      if (!this.read(cursor)) return NO_SCALAR;
    } while (cursor.next());
    return this.#values.length - before;
  }

  tensor(shape: readonly number[]): TensorValue {
    return { dtype: 'string', shape, values: this.#values };
  }

  discard(): void {
    this.#values = [];
  }
}

/** Returns the bytes of a string or a base64 object. Returns undefined and reads nothing for any other value. */
export function readString(cursor: JsonCursor): Uint8Array | undefined {
  const { bytes, at } = cursor;
  if (bytes[at] === QUOTE) {
    const end = scannedStringEnd(bytes, at);
    cursor.at = end;
    return end - at === 2 ? NO_BYTES : stringBytes(bytes, at, end);
  }
  if (bytes[at] !== OPEN_OBJECT) return undefined;
  const text = base64Text(bytes, at);
  const decoded = text && decodeBase64(text);
  if (decoded === undefined) return undefined;
  cursor.skip();
  return decoded;
}

const BASE64_KEY = new TextEncoder().encode('b64');

/** Returns the base64 text of `{"b64": "..."}`, an object with only that member, or undefined for any other value. */
export function base64Text(bytes: Uint8Array, at: number): Uint8Array | undefined {
  if (bytes[at] !== OPEN_OBJECT) return undefined;
  const name = afterSpace(bytes, at + 1);
  if (bytes[name] !== QUOTE || !stringEquals(bytes, name, BASE64_KEY)) return undefined;
  const look = new JsonCursor(bytes, name);
  look.toMemberValue();
  const text = look.at;
  if (bytes[text] !== QUOTE) return undefined;
  look.skip();
  const end = look.at;
  return look.next() ? undefined : stringBytes(bytes, text, end);
}
