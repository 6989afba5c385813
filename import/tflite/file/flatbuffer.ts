import { refuseMalformed } from '../conversion/refusal.ts';
import type { FileBytes, FileRange } from './file_bytes.ts';

/** Scalars by the schema's widths: bytes, and how they are read. */
const SCALARS = {
  int8: [1, (view: DataView) => view.getInt8(0)],
  uint8: [1, (view: DataView) => view.getUint8(0)],
  uint16: [2, (view: DataView) => view.getUint16(0, true)],
  int32: [4, (view: DataView) => view.getInt32(0, true)],
  uint32: [4, (view: DataView) => view.getUint32(0, true)],
  float32: [4, (view: DataView) => view.getFloat32(0, true)],
  int64: [8, (view: DataView) => Number(view.getBigInt64(0, true))],
  uint64: [8, (view: DataView) => Number(view.getBigUint64(0, true))],
} as const;

export type Scalar = keyof typeof SCALARS;

const OFFSET_BYTES = 4;
const VTABLE_HEADER_BYTES = 4;
/** About what a table takes in memory. */
const TABLE_BYTES = 256;

/**
 * A table of a flatbuffer (google.github.io/flatbuffers, "FlatBuffer internals"): it begins with the distance to a list of
 * where its fields are. Nothing that it says is believed before it is checked against the size of the file.
 *
 * All of its methods throw a TfliteRefusal of a file that is not valid.
 */
export class Table {
  readonly #file: FileBytes;
  readonly #position: number;
  readonly #vtable: number;
  readonly #vtableBytes: number;

  constructor(file: FileBytes, position: number) {
    this.#file = file;
    this.#position = position;
    this.#vtable = position - scalarAt(file, position, 'int32');
    this.#vtableBytes = scalarAt(file, this.#vtable, 'uint16');
    if (this.#vtableBytes < VTABLE_HEADER_BYTES || this.#vtable + this.#vtableBytes > file.size)
      refuseMalformed(`the file is damaged: the table at byte ${position} has no list of fields`);
  }

  /** The root of a flatbuffer, which begins where the file does, or within it. */
  static root(file: FileBytes, start = 0): Table {
    return new Table(file, start + scalarAt(file, start, 'uint32'));
  }

  number(slot: number, kind: Scalar): number | undefined;
  number(slot: number, kind: Scalar, absent: number): number;
  number(slot: number, kind: Scalar, absent?: number): number | undefined {
    const at = this.#field(slot);
    return at === undefined ? absent : scalarAt(this.#file, at, kind);
  }

  table(slot: number): Table | undefined {
    const at = this.#target(slot);
    if (at === undefined) return undefined;
    this.#file.spend(TABLE_BYTES);
    return new Table(this.#file, at);
  }

  /** A list of tables; empty where it is left out. */
  tables(slot: number): Table[] {
    const list = this.#vector(slot, OFFSET_BYTES);
    if (list === undefined) return [];
    this.#file.spend(list.length * TABLE_BYTES);
    return Array.from({ length: list.length }, (_, index) => {
      const at = list.offset + index * OFFSET_BYTES;
      return new Table(this.#file, at + scalarAt(this.#file, at, 'uint32'));
    });
  }

  numbers(slot: number, kind: Scalar): number[] | undefined {
    const [bytes] = SCALARS[kind];
    const list = this.#vector(slot, bytes);
    if (list === undefined) return undefined;
    const stored = this.#file.bytes({ offset: list.offset, length: list.length * bytes });
    const [, get] = SCALARS[kind];
    return Array.from({ length: list.length }, (_, index) =>
      get(new DataView(stored.buffer, stored.byteOffset + index * bytes, bytes)),
    );
  }

  text(slot: number): string | undefined {
    const range = this.range(slot);
    return range && new TextDecoder().decode(this.#file.bytes(range));
  }

  /** Where a list of bytes is. */
  range(slot: number): FileRange | undefined {
    return this.#vector(slot, 1);
  }

  /** The bytes of a list. */
  bytes(slot: number): Uint8Array | undefined {
    const range = this.range(slot);
    return range && this.#file.bytes(range);
  }

  /** The first field from a number on that the table has. */
  fieldFrom(slot: number): number | undefined {
    const slots = Math.floor((this.#vtableBytes - VTABLE_HEADER_BYTES) / 2);
    for (let each = slot; each < slots; each++) if (this.#field(each) !== undefined) return each;
    return undefined;
  }

  #field(slot: number): number | undefined {
    const at = VTABLE_HEADER_BYTES + 2 * slot;
    if (at + 2 > this.#vtableBytes) return undefined;
    const distance = scalarAt(this.#file, this.#vtable + at, 'uint16');
    return distance === 0 ? undefined : this.#position + distance;
  }

  /** Where what a field refers to begins. */
  #target(slot: number): number | undefined {
    const at = this.#field(slot);
    return at === undefined ? undefined : at + scalarAt(this.#file, at, 'uint32');
  }

  /** @returns where the elements begin, and their number */
  #vector(slot: number, elementBytes: number): FileRange | undefined {
    const at = this.#target(slot);
    if (at === undefined) return undefined;
    const length = scalarAt(this.#file, at, 'uint32');
    const offset = at + OFFSET_BYTES;
    if (offset + length * elementBytes > this.#file.size)
      refuseMalformed(
        `the file is damaged: the list at byte ${at} has ${length} elements, for which the file is too short`,
      );
    return { offset, length };
  }
}

function scalarAt(file: FileBytes, offset: number, kind: Scalar): number {
  const [bytes, get] = SCALARS[kind];
  return get(file.view(offset, bytes));
}
