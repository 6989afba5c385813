import { refuseMalformed } from '../conversion/refusal.ts';

/** A value within a flexbuffer; other kinds are null. */
export type FlexValue = number | boolean | string | null;

/** The kinds of values that are read, by the numbers of the format. */
const KINDS = {
  null: 0,
  int: 1,
  uint: 2,
  float: 3,
  key: 4,
  string: 5,
  indirectInt: 6,
  indirectUint: 7,
  indirectFloat: 8,
  map: 9,
  bool: 26,
} as const;

/** Maps and lists are read up to so many members. */
const MOST_MEMBERS = 256;

/**
 * A flexbuffer (flatbuffers.dev, "FlexBuffers"): values without a schema, in which places are told by their distance back.
 * Nothing that it says is believed before it is checked against its length.
 */
class Reader {
  readonly #view: DataView;

  constructor({ buffer, byteOffset, length }: Uint8Array) {
    this.#view = new DataView(buffer, byteOffset, length);
  }

  #check(at: number, bytes: number): number {
    if (at < 0 || at + bytes > this.#view.byteLength) refuseMalformed('has options that are damaged');
    return at;
  }

  uint(at: number, width: number): number {
    this.#check(at, width);
    if (width === 1) return this.#view.getUint8(at);
    if (width === 2) return this.#view.getUint16(at, true);
    return width === 4 ? this.#view.getUint32(at, true) : Number(this.#view.getBigUint64(at, true));
  }

  #int(at: number, width: number): number {
    this.#check(at, width);
    if (width === 1) return this.#view.getInt8(at);
    if (width === 2) return this.#view.getInt16(at, true);
    return width === 4 ? this.#view.getInt32(at, true) : Number(this.#view.getBigInt64(at, true));
  }

  #float(at: number, width: number): number {
    this.#check(at, width);
    if (width === 4) return this.#view.getFloat32(at, true);
    return width === 8
      ? this.#view.getFloat64(at, true)
      : refuseMalformed('has an option of a float of 16 bits');
  }

  /** The place that a distance leads back to. */
  target(at: number, width: number): number {
    return this.#check(at - this.uint(at, width), 0);
  }

  /** A text that ends with a zero. */
  key(at: number): string {
    let end = this.#check(at, 1);
    while (this.uint(end, 1) !== 0) end++;
    return this.#text(at, end - at);
  }

  #text(at: number, length: number): string {
    this.#check(at, length);
    return Buffer.from(this.#view.buffer, this.#view.byteOffset + at, length).toString('latin1');
  }

  /** @param width of the value, or of the distance to it */
  value(at: number, width: number, packed: number): FlexValue {
    const own = 1 << (packed & 3);
    switch (packed >> 2) {
      case KINDS.int:
        return this.#int(at, width);
      case KINDS.uint:
        return this.uint(at, width);
      case KINDS.float:
        return this.#float(at, width);
      case KINDS.bool:
        return this.uint(at, width) !== 0;
      case KINDS.key:
        return this.key(this.target(at, width));
      case KINDS.string: {
        const text = this.target(at, width);
        return this.#text(text, this.uint(text - own, own));
      }
      case KINDS.indirectInt:
        return this.#int(this.target(at, width), own);
      case KINDS.indirectUint:
        return this.uint(this.target(at, width), own);
      case KINDS.indirectFloat:
        return this.#float(this.target(at, width), own);
      default:
        return null;
    }
  }

  /** @param width of the members */
  members(at: number, width: number): FlexValue[] {
    const count = this.uint(at - width, width);
    if (count > MOST_MEMBERS) refuseMalformed(`has ${count} options`);
    return Array.from({ length: count }, (_, index) =>
      this.value(at + index * width, width, this.uint(at + count * width + index, 1)),
    );
  }

  /** Where the root is, and the width of its members. */
  root(kind: number): { readonly at: number; readonly width: number } {
    const end = this.#view.byteLength;
    const width = this.uint(end - 1, 1);
    const packed = this.uint(end - 2, 1);
    if (![1, 2, 4, 8].includes(width) || packed >> 2 !== kind) refuseMalformed('has options of another form');
    return { at: this.target(end - 2 - width, width), width: 1 << (packed & 3) };
  }
}

/** The members of a flexbuffer that is a map. Texts hold bytes as characters from 0 to 255. */
export function readFlexMap(bytes: Uint8Array): ReadonlyMap<string, FlexValue> {
  const reader = new Reader(bytes);
  const { at, width } = reader.root(KINDS.map);
  const keys = reader.target(at - 3 * width, width);
  const keyWidth = reader.uint(at - 2 * width, width);
  if (![1, 2, 4, 8].includes(keyWidth)) refuseMalformed('has options that are damaged');
  const values = reader.members(at, width);
  return new Map(
    values.map((value, index) => [reader.key(reader.target(keys + index * keyWidth, keyWidth)), value]),
  );
}
