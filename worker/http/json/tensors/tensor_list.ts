import type { TensorValue } from '../../../model/tensor.ts';
import { afterSpace, CLOSE_LIST, OPEN_LIST } from '../ascii.ts';
import { numberLists } from '../numbers/number_lists_module.ts';
import { JsonCursor } from '../scan/json_cursor.ts';
import { createFloatCells, NO_SCALAR, type TensorCells } from './tensor_cells.ts';

/** TensorFlow's limit on the rank of a shape. A deeper list is not a tensor. */
export const MAX_RANK = 254;

/**
 * Reads nested lists into cells in one pass over the text. The first value that it reads sets the shape of all others.
 * Lists of float32 need not have been scanned: invalid JSON is refused like a value that is not a tensor.
 */
export class ListReader {
  readonly cells: TensorCells;
  /** The shape of a value, complete after the first one. */
  readonly shape: number[] = [];
  #rank: number | undefined;

  constructor(cells: TensorCells) {
    this.cells = cells;
  }

  /**
   * Reads the value at the cursor. Returns false if its shape differs from the previous value's or its dtype is wrong.
   * The cells and the position of the cursor are then not usable.
   */
  read(cursor: JsonCursor): boolean {
    return this.#readLevel(cursor, 0);
  }

  /** The recursion is at most as deep as the maximum rank. */
  #readLevel(cursor: JsonCursor, level: number): boolean {
    if (cursor.bytes[cursor.at] !== OPEN_LIST) {
      this.#rank ??= level;
      return this.#rank === level && this.cells.read(cursor);
    }
    if (level === (this.#rank ?? MAX_RANK)) return false;
    const size = this.#readElements(cursor, level);
    if (size === NO_SCALAR) return false;
    this.shape[level] ??= size;
    return size === this.shape[level];
  }

  /** Returns the number of elements of the list, or NO_SCALAR if an element does not fit. */
  #readElements(cursor: JsonCursor, level: number): number {
    const { bytes } = cursor;
    if (!cursor.enter()) {
      this.#rank ??= level + 1;
      return 0;
    }
    if (bytes[cursor.at] !== OPEN_LIST) {
      this.#rank ??= level + 1;
      return this.#rank === level + 1 ? this.cells.readRun(cursor) : NO_SCALAR;
    }
    let size = 0;
    do {
      if (!this.#readLevel(cursor, level + 1)) return NO_SCALAR;
      size += 1;
    } while (cursor.next());
    return bytes[cursor.at - 1] === CLOSE_LIST ? size : NO_SCALAR;
  }
}

export interface ReadFloats {
  readonly tensor: TensorValue;
  readonly end: number;
}

/** A buffer for the floats of one request at a time, since allocating takes longer than reading a few values. */
const ROOM = new Float32Array(1024);

/** Below this length, reading is faster than copying the text. Bytes. */
const WORTH_COPYING = 512;

/**
 * Reads a list of numbers as a float32 tensor from text that need not have been scanned. Returns undefined for other
 * text.
 */
export function readFloats(bytes: Uint8Array, start: number): ReadFloats | undefined {
  if (bytes[start] !== OPEN_LIST) return undefined;
  const read = bytes.length - start < WORTH_COPYING ? undefined : numberLists().read(bytes, start, false);
  if (read !== undefined) {
    const { shape, values, end } = read;
    return { tensor: { dtype: 'float32', shape, values }, end };
  }
  const reader = new ListReader(createFloatCells(bytes.length - start, ROOM));
  const cursor = new JsonCursor(bytes, start);
  if (!reader.read(cursor)) {
    reader.cells.discard();
    return undefined;
  }
  return { tensor: reader.cells.tensor(reader.shape), end: cursor.at };
}

/**
 * Returns the shape of the value at the cursor along its first elements: [] for a scalar, undefined beyond the maximum
 * rank. Does not move the cursor.
 */
export function leadingShape(cursor: JsonCursor): number[] | undefined {
  const start = cursor.at;
  const shape: number[] = [];
  // The number of open lists, and the number of those that are the first element at every level.
  let depth = 0;
  let leading = 0;
  let tooDeep = false;
  for (;;) {
    let isBehindValue = true;
    if (cursor.bytes[cursor.at] === OPEN_LIST) {
      const isLeading = leading === depth && (depth === 0 || shape[depth - 1] === 1);
      if (isLeading && depth === MAX_RANK) {
        tooDeep = true;
        break;
      }
      const hasElements = cursor.enter();
      if (isLeading) shape[depth] = hasElements ? 1 : 0;
      if (hasElements) {
        depth += 1;
        if (isLeading) leading = depth;
        isBehindValue = false;
      }
    } else {
      cursor.skip();
    }
    while (isBehindValue && depth > 0) {
      if (cursor.next()) {
        if (depth <= leading) shape[depth - 1] = (shape[depth - 1] ?? 0) + 1;
        isBehindValue = false;
      } else {
        depth -= 1;
        leading = Math.min(leading, depth);
      }
    }
    if (isBehindValue) break;
  }
  cursor.at = start;
  return tooDeep ? undefined : shape;
}

/** True if a scanned value is an empty list. */
export function isEmptyList(bytes: Uint8Array, start: number): boolean {
  return bytes[start] === OPEN_LIST && bytes[afterSpace(bytes, start + 1)] === CLOSE_LIST;
}
