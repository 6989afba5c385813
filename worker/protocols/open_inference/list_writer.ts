import type { DataType } from '../../registry/signature.ts';
import type { TensorValue } from '../../runtime/tensor.ts';
import { type Datatype, integerRange } from './datatype.ts';

/** Writes the values of JSON lists into a tensor of a fixed number of elements. */
export interface ListWriter {
  /** Writes a list's values from `offset` on; answers which of them is none, and why. */
  write(list: readonly unknown[], offset: number): string | undefined;
  tensor(shape: readonly number[]): TensorValue;
}

export function createListWriter(
  dtype: DataType,
  datatype: Datatype,
  count: number,
  base64: boolean,
): ListWriter {
  switch (dtype) {
    case 'float32': {
      const values = new Float32Array(count);
      return {
        write: (list, offset) => fault(list, offset, writeFloats(values, list, offset), datatype),
        tensor: (shape) => ({ dtype, shape, values }),
      };
    }
    case 'int32': {
      const values = new Int32Array(count);
      return {
        write: (list, offset) => fault(list, offset, writeIntegers(values, list, offset, datatype), datatype),
        tensor: (shape) => ({ dtype, shape, values }),
      };
    }
    case 'bool': {
      const values = new Uint8Array(count);
      return {
        write: (list, offset) => fault(list, offset, writeBooleans(values, list, offset), datatype),
        tensor: (shape) => ({ dtype, shape, values }),
      };
    }
    case 'string': {
      const values: Uint8Array[] = [];
      const rule = base64 ? 'base64' : undefined;
      return {
        write: (list, offset) => fault(list, offset, writeStrings(values, list, base64), datatype, rule),
        tensor: (shape) => ({ dtype, shape, values }),
      };
    }
  }
}

/*
 * Each writes a list and answers the index of the first element that cannot be; NONE where all could.
 */
const NONE = -1;

const LARGEST_FLOAT32 = 3.4028234663852886e38;

/** Whether a finite number is none as a float32. The largest float32 may be written with fewer digits than it has. */
export function overflowsFloat32(value: number): boolean {
  if (value <= LARGEST_FLOAT32 && value >= -LARGEST_FLOAT32) return false;
  return Number.isFinite(value) && !Number.isFinite(Math.fround(value));
}

/** null is NaN, for which JSON has no number. Infinity can only be meant: JSON has larger numbers, 1e999. */
function writeFloats(values: Float32Array, list: readonly unknown[], offset: number): number {
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    if (typeof item === 'number') {
      if (overflowsFloat32(item)) return index;
      values[offset + index] = item;
    } else if (item === null) {
      values[offset + index] = Number.NaN;
    } else {
      return index;
    }
  }
  return NONE;
}

function writeIntegers(
  values: Int32Array,
  list: readonly unknown[],
  offset: number,
  datatype: Datatype,
): number {
  const { minimum, maximum } = integerRange(datatype);
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    if (typeof item !== 'number' || (item | 0) !== item || item < minimum || item > maximum) return index;
    values[offset + index] = item;
  }
  return NONE;
}

function writeBooleans(values: Uint8Array, list: readonly unknown[], offset: number): number {
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    if (typeof item !== 'boolean') return index;
    values[offset + index] = item ? 1 : 0;
  }
  return NONE;
}

const ENCODER = new TextEncoder();

function writeStrings(values: Uint8Array[], list: readonly unknown[], base64: boolean): number {
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    if (typeof item !== 'string' || !item.isWellFormed()) return index;
    const bytes = base64 ? base64Bytes(item) : ENCODER.encode(item);
    if (bytes === undefined) return index;
    values.push(bytes);
  }
  return NONE;
}

function base64Bytes(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

const EXCERPT_LENGTH = 40;

function fault(
  list: readonly unknown[],
  offset: number,
  index: number,
  datatype: Datatype,
  rule: string = RULES[datatype],
): string | undefined {
  if (index === NONE) return undefined;
  const item = list[index];
  return `Unable to parse 'data': element ${offset + index}, ${excerpt(item)}, is not ${rule}`;
}

/** What an element is. A list or an object may be of any size and depth: it is only named. */
function excerpt(item: unknown): string {
  if (Array.isArray(item)) return 'a list';
  if (item !== null && typeof item === 'object') return 'an object';
  return typeof item === 'string' ? JSON.stringify(item.slice(0, EXCERPT_LENGTH)) : String(item);
}

const RULES: Readonly<Record<Datatype, string>> = {
  BOOL: 'true or false',
  UINT8: 'an integer from 0 to 255',
  UINT16: 'an integer from 0 to 65535',
  UINT32: 'an integer from 0 to 2147483647, the largest that the model takes',
  UINT64: 'an integer from 0 to 2147483647, the largest that the model takes',
  INT8: 'an integer from -128 to 127',
  INT16: 'an integer from -32768 to 32767',
  INT32: 'an integer from -2147483648 to 2147483647',
  INT64: 'an integer from -2147483648 to 2147483647, as the model takes',
  FP16: 'a number',
  FP32: 'a number that FP32 can hold',
  FP64: 'a number that FP32, as the model takes, can hold',
  BYTES: 'a string',
};
