import type { DataType } from '../../../model/dtype.ts';
import { OPEN_LIST } from '../ascii.ts';
import { excerpt, jsonTypeName } from '../json_excerpt.ts';
import { beginsNumber } from '../numbers/json_number.ts';
import type { JsonCursor } from '../scan/json_cursor.ts';
import { base64Text, MOST_STRINGS, readString } from './tensor_cells.ts';
import { leadingShape, MAX_RANK } from './tensor_list.ts';

/** Formats a shape as TensorFlow Serving's errors print it. Null is an unknown rank. */
export function shapeText(shape: readonly number[] | null): string {
  return shape === null ? '[?]' : `[${shape.join(',')}]`;
}

/**
 * Returns why the value at the cursor is not a tensor of the dtype, in the words of TensorFlow Serving's
 * FillTensorProto and with the position, as in `at [1][0]`. Returns undefined if it is a tensor. Leaves the cursor
 * behind the value. It reads the value again and is called only after a ListReader refused it.
 */
export function listFault(cursor: JsonCursor, dtype: DataType): string | undefined {
  const shape = leadingShape(cursor);
  if (shape === undefined) {
    cursor.skip();
    return `Encountered list at unexpected level: ${MAX_RANK} expected < ${MAX_RANK}`;
  }
  const fault = faultBelow(cursor, dtype, shape, []);
  if (fault === undefined) return undefined;
  const place = fault.place.map((index) => `[${index}]`).join('');
  return place === '' ? fault.reason : `${fault.reason} at ${place}`;
}

interface Fault {
  readonly reason: string;
  readonly place: readonly number[];
}

/**
 * TensorFlow Serving checks a list's size before its elements. The size is known here only behind the elements, and its
 * error then replaces an element's error. The recursion is as deep as the shape is long.
 */
function faultBelow(
  cursor: JsonCursor,
  dtype: DataType,
  shape: readonly number[],
  place: number[],
): Fault | undefined {
  const level = place.length;
  const rank = shape.length;
  const found = (reason: string): Fault => ({ reason, place: [...place] });
  if (cursor.bytes[cursor.at] !== OPEN_LIST) {
    const reason = level === rank ? scalarFault(cursor, dtype) : levelFault(cursor, level, rank);
    cursor.skip();
    return reason === undefined ? undefined : found(reason);
  }
  const size = shape[level];
  if (size === undefined) {
    cursor.skip();
    return found(`Encountered list at unexpected level: ${level} expected < ${rank}`);
  }
  let fault: Fault | undefined;
  let count = 0;
  for (let isInside = cursor.enter(); isInside; isInside = cursor.next()) {
    if (fault === undefined) {
      place.push(count);
      fault = faultBelow(cursor, dtype, shape, place);
      place.pop();
    } else cursor.skip();
    count += 1;
  }
  if (count === size) return fault;
  return found(`Encountered list at unexpected size: ${count} at level: ${level} expected size: ${size}`);
}

function levelFault({ bytes, at }: JsonCursor, level: number, rank: number): string {
  const levels = `found at incorrect level: ${level + 1} in the JSON DOM. Expected at level: ${rank}`;
  return `JSON Value: ${excerpt(bytes, at)} ${levels}`;
}

/** The names of the dtypes in TensorFlow Serving's errors. */
const DTYPE_NAMES = { float32: 'float', int32: 'int32', bool: 'bool', string: 'string' } as const;

/** Returns why the scalar at the cursor does not have the dtype. The cursor does not move. */
function scalarFault(cursor: JsonCursor, dtype: DataType): string | undefined {
  const { bytes, at } = cursor;
  if (isOfType(cursor, dtype)) return undefined;
  const kind = cursor.kind();
  if (dtype === 'string' && kind === 'object') {
    if (base64Text(bytes, at) !== undefined) return 'Unable to base64 decode';
    return `JSON Value: ${excerpt(bytes, at)} not formatted correctly for base64 data`;
  }
  const types = `Type: ${jsonTypeName(kind)} is not of expected type: ${DTYPE_NAMES[dtype]}`;
  return `JSON Value: ${excerpt(bytes, at)} ${types}`;
}

function isOfType(cursor: JsonCursor, dtype: DataType): boolean {
  const { bytes, at, numbers } = cursor;
  switch (dtype) {
    case 'float32':
      return beginsNumber(bytes[at]);
    case 'int32':
      return numbers.int32(at) !== undefined;
    case 'bool':
      return ['true', 'false'].includes(cursor.kind());
    case 'string': {
      const isString = readString(cursor) !== undefined;
      cursor.at = at;
      return isString;
    }
  }
}

/** The reason for a refused value that contains no error. */
export const NO_FAULT = `A request may have ${MOST_STRINGS} strings at most`;
