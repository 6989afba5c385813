import type { ReadLists } from '../../json/numbers/number_lists.ts';
import { numberLists } from '../../json/numbers/number_lists_module.ts';

/** The `data` of an input: a list that was checked to be JSON, in place in the request. */
export class DataText {
  readonly bytes: Uint8Array;
  /** The offset of the list. */
  readonly start: number;
  /** The finite numbers of the list and its shape, if they were read during the check. */
  readonly floats: FloatList | undefined;

  constructor(bytes: Uint8Array, start: number, floats: FloatList | undefined) {
    this.bytes = bytes;
    this.start = start;
    this.floats = floats;
  }
}

export type FloatList = Pick<ReadLists, 'values' | 'shape'>;

/** In a shorter request, reading the lists is faster than copying them. Bytes. */
const WORTH_COPYING = 1024;
/** Each list begins with a copy of a block of text, however short it is. */
const MOST_LISTS = 64;

/** Reads lists of floats while a request is checked. They are almost all of a large request. */
export class FloatReading {
  readonly #bytes: Uint8Array;
  #count = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /**
   * Reads the list at an offset. Returns undefined if it must be read separately: it contains other values than finite
   * numbers, the preceding members of its input do not describe floats, or it is too short.
   */
  read(start: number, input: object | undefined): ReadLists | undefined {
    if (this.#bytes.length < WORTH_COPYING || this.#count === MOST_LISTS) return undefined;
    const datatype: unknown = input && Reflect.get(input, 'datatype');
    if (datatype !== undefined && datatype !== 'FP32' && datatype !== 'FP64') return undefined;
    this.#count += 1;
    const read = numberLists().read(this.#bytes, start, true);
    // A number that overflows is an error or an infinity, which the separate reader decides.
    return read !== undefined && areFinite(read.values) ? read : undefined;
  }
}

function areFinite(values: Float32Array): boolean {
  for (let index = 0; index < values.length; index++) {
    if (!Number.isFinite(values[index])) return false;
  }
  return true;
}
