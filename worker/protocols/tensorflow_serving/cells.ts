import type { DataType } from '../../registry/signature.ts';
import type { TensorValue } from '../../runtime/tensor.ts';
import { base64Text, isJsonObject } from './json_value.ts';

/** The values of a tensor while they are being decoded, in row-major order. */
export type Cells =
  | { readonly dtype: 'float32'; readonly values: Float32Array }
  | { readonly dtype: 'int32'; readonly values: Int32Array }
  | { readonly dtype: 'bool'; readonly values: Uint8Array }
  | { readonly dtype: 'string'; readonly values: Uint8Array[] };

export function allocateCells(dtype: DataType, count: number): Cells {
  switch (dtype) {
    case 'float32':
      return { dtype, values: new Float32Array(count) };
    case 'int32':
      return { dtype, values: new Int32Array(count) };
    case 'bool':
      return { dtype, values: new Uint8Array(count) };
    case 'string':
      return { dtype, values: [] };
  }
}

export function tensorOf(cells: Cells, shape: readonly number[]): TensorValue {
  return { ...cells, shape };
}

/**
 * Writes a nested list of just this shape into the cells that begin at `offset`, in one pass. False where the
 * list has another shape, or a value that is not of the dtype; the cells are then of no use.
 */
export function fillCells(cells: Cells, offset: number, value: unknown, shape: readonly number[]): boolean {
  if (shape.length === 0) return writeValues(cells, offset, [value]);
  return fillLevel(cells, offset, value, shape, 0) !== NO_FIT;
}

const NO_FIT = -1;

/** The offset after the last cell written, or NO_FIT. Recursion is as deep as the shape is long. */
function fillLevel(
  cells: Cells,
  start: number,
  list: unknown,
  shape: readonly number[],
  level: number,
): number {
  if (!Array.isArray(list) || list.length !== shape[level]) return NO_FIT;
  if (level === shape.length - 1) return writeValues(cells, start, list) ? start + list.length : NO_FIT;
  let offset = start;
  for (const item of list) {
    offset = fillLevel(cells, offset, item, shape, level + 1);
    if (offset === NO_FIT) return NO_FIT;
  }
  return offset;
}

function writeValues(cells: Cells, offset: number, list: readonly unknown[]): boolean {
  switch (cells.dtype) {
    case 'float32':
      return writeFloats(cells.values, offset, list);
    case 'int32':
      return writeIntegers(cells.values, offset, list);
    case 'bool':
      return writeBooleans(cells.values, offset, list);
    case 'string':
      return writeStrings(cells.values, offset, list);
  }
}

/** Any number: out of float32's range it becomes an infinity, as in TensorFlow Serving. */
function writeFloats(values: Float32Array, offset: number, list: readonly unknown[]): boolean {
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    if (typeof item !== 'number') return false;
    values[offset + index] = item;
  }
  return true;
}

/** Whole numbers in int32's range (RapidJSON's IsInt). */
function writeIntegers(values: Int32Array, offset: number, list: readonly unknown[]): boolean {
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    if (typeof item !== 'number' || (item | 0) !== item) return false;
    values[offset + index] = item;
  }
  return true;
}

function writeBooleans(values: Uint8Array, offset: number, list: readonly unknown[]): boolean {
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    if (typeof item !== 'boolean') return false;
    values[offset + index] = item ? 1 : 0;
  }
  return true;
}

const ENCODER = new TextEncoder();

function writeStrings(values: Uint8Array[], offset: number, list: readonly unknown[]): boolean {
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    const bytes = typeof item === 'string' ? ENCODER.encode(item) : base64Bytes(item);
    if (bytes === undefined) return false;
    values[offset + index] = bytes;
  }
  return true;
}

/** The bytes of `{"b64": "..."}`; undefined for another value, or text that is not base64. */
export function base64Bytes(value: unknown): Uint8Array | undefined {
  const text = isJsonObject(value) ? base64Text(value) : undefined;
  if (text === undefined) return undefined;
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    return undefined;
  }
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
