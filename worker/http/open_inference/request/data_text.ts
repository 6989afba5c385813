import type { ReadLists } from '../../json/numbers/number_lists.ts';
import { numberLists } from '../../json/numbers/number_lists_module.ts';

/** The `data` of an input: a list, checked to be JSON, where it stands in the request. */
export class DataText {
  readonly bytes: Uint8Array;
  /** Where the list begins. */
  readonly start: number;
  /** The same, where it was read while it was checked: finite numbers, in nested lists of a shape. */
  readonly floats: FloatList | undefined;

  constructor(bytes: Uint8Array, start: number, floats: FloatList | undefined) {
    this.bytes = bytes;
    this.start = start;
    this.floats = floats;
  }
}

export type FloatList = Pick<ReadLists, 'values' | 'shape'>;

/** In a shorter request lists are read sooner than they are copied. Bytes. */
const WORTH_COPYING = 1024;
/** Each begins with a copy of a block of text, however short it is. */
const MOST_LISTS = 64;

/** Reads lists of floats while a request is checked, which is nearly all of a large one. */
export class FloatReading {
  readonly #bytes: Uint8Array;
  #count = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /**
   * The list at an offset. Undefined where it is to be read by itself: it is not of finite numbers alone, the members
   * of its input that stand before it are not of floats, or it is hardly worth it.
   */
  read(start: number, input: object | undefined): ReadLists | undefined {
    if (this.#bytes.length < WORTH_COPYING || this.#count === MOST_LISTS) return undefined;
    const datatype: unknown = input && Reflect.get(input, 'datatype');
    if (datatype !== undefined && datatype !== 'FP32' && datatype !== 'FP64') return undefined;
    this.#count += 1;
    const read = numberLists().read(this.#bytes, start, true);
    // What overflows is a fault or an infinity. Reading it by itself says which.
    return read !== undefined && areFinite(read.values) ? read : undefined;
  }
}

function areFinite(values: Float32Array): boolean {
  for (let index = 0; index < values.length; index++) {
    if (!Number.isFinite(values[index])) return false;
  }
  return true;
}
