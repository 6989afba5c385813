import type { DataType } from '../../../worker/model/dtype.ts';
import { type ElementType, elementType } from '../../tensor_values/element_type.ts';

/**
 * The numbers of ONNX's TensorProto.DataType, with TensorFlow's number of the same type: for types of fewer than 8 bits that
 * of the one of 8 bits, to which their elements are unpacked.
 */
const TYPES = {
  FLOAT: [1, 1],
  UINT8: [2, 4],
  INT8: [3, 6],
  UINT16: [4, 17],
  INT16: [5, 5],
  INT32: [6, 3],
  INT64: [7, 9],
  STRING: [8, 7],
  BOOL: [9, 10],
  FLOAT16: [10, 19],
  DOUBLE: [11, 2],
  UINT32: [12, 22],
  UINT64: [13, 23],
  BFLOAT16: [16, 14],
  UINT4: [21, 4],
  INT4: [22, 6],
  UINT2: [25, 4],
  INT2: [26, 6],
} as const;

/** The types of elements that can be computed, by ONNX's names. */
export type ElementTypeName = keyof typeof TYPES;

const NAMES = Object.keys(TYPES).filter((name): name is ElementTypeName => name in TYPES);
const BY_NUMBER = new Map<number, ElementTypeName>(NAMES.map((name) => [TYPES[name][0], name]));

/** The types that are not computed, for messages. */
const OTHERS = new Map([
  [14, 'COMPLEX64'],
  [15, 'COMPLEX128'],
  [17, 'FLOAT8E4M3FN'],
  [18, 'FLOAT8E4M3FNUZ'],
  [19, 'FLOAT8E5M2'],
  [20, 'FLOAT8E5M2FNUZ'],
  [23, 'FLOAT4E2M1'],
  [24, 'FLOAT8E8M0'],
]);

/** Returns undefined for a type that is not computed. */
export function elementTypeName(number: number): ElementTypeName | undefined {
  return BY_NUMBER.get(number);
}

export function describeElementType(number: number): string {
  return BY_NUMBER.get(number) ?? OTHERS.get(number) ?? `number ${number}`;
}

/** How the elements of a type are stored. */
export function storedElement(name: ElementTypeName): ElementType {
  const found = elementType(TYPES[name][1]);
  if (found === undefined) throw new Error(`${name} has no form in files`);
  return found;
}

/** The dtype with which a type is computed: float32 for all floats, int32 for all integers. */
export function dataTypeOf(name: ElementTypeName): DataType {
  return storedElement(name).weight;
}

/** The least and the largest integer of a type; undefined for types that are not of integers. */
export function integerRange(name: ElementTypeName): readonly [least: number, most: number] | undefined {
  switch (name) {
    case 'INT2':
      return [-2, 1];
    case 'UINT2':
      return [0, 3];
    case 'INT4':
      return [-8, 7];
    case 'UINT4':
      return [0, 15];
    case 'INT8':
      return [-128, 127];
    case 'UINT8':
      return [0, 255];
    case 'INT16':
      return [-32768, 32767];
    case 'UINT16':
      return [0, 65535];
    case 'INT32':
      return [-(2 ** 31), 2 ** 31 - 1];
    case 'UINT32':
      return [0, 2 ** 32 - 1];
    case 'INT64':
      return [-(2 ** 63), 2 ** 63];
    case 'UINT64':
      return [0, 2 ** 64];
    default:
      return undefined;
  }
}

export const isFloating = (name: ElementTypeName): boolean => dataTypeOf(name) === 'float32';
export const isInteger = (name: ElementTypeName): boolean => dataTypeOf(name) === 'int32';
export const isUnsigned = (name: ElementTypeName): boolean => name.startsWith('UINT');

/** The bits of an integer type that is narrower than the 32 bits in which it is computed. */
export function narrowBits(name: ElementTypeName): 2 | 4 | 8 | 16 | undefined {
  if (name === 'INT8' || name === 'UINT8') return 8;
  return name === 'INT16' || name === 'UINT16' ? 16 : packedBits(name);
}

/** The bits of an integer type of which several elements are in one byte of a file. */
export function packedBits(name: ElementTypeName): 2 | 4 | undefined {
  if (name === 'INT4' || name === 'UINT4') return 4;
  return name === 'INT2' || name === 'UINT2' ? 2 : undefined;
}
