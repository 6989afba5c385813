import type { DataType } from '../../../worker/model/dtype.ts';

/** A type of elements. */
interface Type {
  /** TensorFlow's number of the same type, by which its stored form is known. */
  readonly graphType: number;
  /** The dtype with which it is computed. Integers of up to 16 bits are floats, which hold them exactly. */
  readonly dtype: DataType;
  /** The least and the largest integer, of those types that quantized numbers have. */
  readonly codes?: readonly [least: number, most: number];
}

/** TensorFlow Lite's TensorType in the order of its numbers; undefined where a type is not computed. */
const TYPES = {
  FLOAT32: { graphType: 1, dtype: 'float32' },
  FLOAT16: { graphType: 19, dtype: 'float32' },
  INT32: { graphType: 3, dtype: 'int32' },
  UINT8: { graphType: 4, dtype: 'float32', codes: [0, 255] },
  INT64: { graphType: 9, dtype: 'int32' },
  STRING: { graphType: 7, dtype: 'string' },
  BOOL: { graphType: 10, dtype: 'bool' },
  INT16: { graphType: 5, dtype: 'float32', codes: [-32768, 32767] },
  COMPLEX64: undefined,
  INT8: { graphType: 6, dtype: 'float32', codes: [-128, 127] },
  FLOAT64: { graphType: 2, dtype: 'float32' },
  COMPLEX128: undefined,
  UINT64: { graphType: 23, dtype: 'int32' },
  RESOURCE: undefined,
  VARIANT: undefined,
  UINT32: { graphType: 22, dtype: 'int32' },
  UINT16: { graphType: 17, dtype: 'int32' },
  INT4: { graphType: 6, dtype: 'float32', codes: [-8, 7] },
  BFLOAT16: { graphType: 14, dtype: 'float32' },
} as const satisfies Record<string, Type | undefined>;

/** The types of elements by TensorFlow Lite's names. */
export type ElementTypeName = keyof typeof TYPES;

export const ELEMENT_TYPE_NAMES = Object.keys(TYPES).filter((name): name is ElementTypeName => name in TYPES);

function typeOf(name: ElementTypeName): Type | undefined {
  return TYPES[name];
}

/** The dtype with which a type is computed; undefined for types that are not numbers, texts or truths. */
export function dataTypeOf(name: ElementTypeName): DataType | undefined {
  return typeOf(name)?.dtype;
}

/** TensorFlow's number of a type, by which its stored form is known. */
export function graphTypeOf(name: ElementTypeName): number | undefined {
  return typeOf(name)?.graphType;
}

/** The least and the largest integer of a type that quantized numbers have; undefined for other types. */
export function codeRange(name: ElementTypeName): readonly [least: number, most: number] | undefined {
  return typeOf(name)?.codes;
}
