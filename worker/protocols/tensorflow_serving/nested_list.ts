import type { DataType } from '../../registry/signature.ts';
import { allocateCells, base64Bytes, type Cells, fillCells } from './cells.ts';
import { base64Text, excerpt, isJsonObject, jsonTypeName } from './json_value.ts';

/** TensorFlow's own limit on a shape's length; deeper lists are no tensor. */
export const MAX_RANK = 254;

/**
 * The shape that a value has along its first elements; [] for a scalar. Undefined where the lists are nested
 * deeper than any tensor.
 */
export function leadingShape(value: unknown): number[] | undefined {
  const shape: number[] = [];
  for (let list = value; Array.isArray(list); list = list[0]) {
    if (shape.length === MAX_RANK) return undefined;
    shape.push(list.length);
  }
  return shape;
}

/** A shape as TensorFlow Serving's errors print it; null stands for an unknown rank. */
export function shapeText(shape: readonly number[] | null): string {
  return shape === null ? '[?]' : `[${shape.join(',')}]`;
}

/**
 * Why a value is not a tensor of this dtype, in the words of TensorFlow Serving's FillTensorProto and with the
 * place, as in `at [1][0]`. Undefined where it is one, of its own leading shape.
 */
export function listFault(value: unknown, dtype: DataType): string | undefined {
  const shape = leadingShape(value);
  if (shape === undefined) {
    return `Encountered list at unexpected level: ${MAX_RANK} expected < ${MAX_RANK}`;
  }
  const walk = { shape, place: [], cell: allocateCells(dtype, 1) };
  const fault = faultBelow(value, walk);
  return fault === undefined ? undefined : fault + placeText(walk.place);
}

interface Walk {
  readonly shape: readonly number[];
  /** The indices that lead to the value at hand; where there is a fault, they are left at it. */
  readonly place: number[];
  /** Takes each value in turn, to see whether it is of the dtype. */
  readonly cell: Cells;
}

/** Depth first, as TensorFlow Serving goes. Recursion is as deep as the shape is long. */
function faultBelow(value: unknown, walk: Walk): string | undefined {
  const level = walk.place.length;
  const rank = walk.shape.length;
  if (!Array.isArray(value)) {
    if (level === rank)
      return fillCells(walk.cell, 0, value, []) ? undefined : valueFault(value, walk.cell.dtype);
    const levels = `found at incorrect level: ${level + 1} in the JSON DOM. Expected at level: ${rank}`;
    return `JSON Value: ${excerpt(value)} ${levels}`;
  }
  const size = walk.shape[level];
  if (size === undefined) return `Encountered list at unexpected level: ${level} expected < ${rank}`;
  if (value.length !== size) {
    return `Encountered list at unexpected size: ${value.length} at level: ${level} expected size: ${size}`;
  }
  for (let index = 0; index < size; index++) {
    walk.place.push(index);
    const fault = faultBelow(value[index], walk);
    if (fault !== undefined) return fault;
    walk.place.pop();
  }
  return undefined;
}

/** The dtypes' names in TensorFlow Serving's errors. */
const DTYPE_NAMES = { float32: 'float', int32: 'int32', bool: 'bool', string: 'string' } as const;

function valueFault(value: unknown, dtype: DataType): string {
  if (dtype === 'string' && isJsonObject(value)) {
    if (base64Text(value) === undefined) {
      return `JSON Value: ${excerpt(value)} not formatted correctly for base64 data`;
    }
    if (base64Bytes(value) === undefined) return 'Unable to base64 decode';
  }
  const types = `Type: ${jsonTypeName(value)} is not of expected type: ${DTYPE_NAMES[dtype]}`;
  return `JSON Value: ${excerpt(value)} ${types}`;
}

function placeText(place: readonly number[]): string {
  return place.length === 0 ? '' : ` at ${place.map((index) => `[${index}]`).join('')}`;
}
