import type { DataType } from '../../model/dtype.ts';

/** The protocol's names of datatypes. */
export const DATATYPES = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'FP32',
  'FP64',
  'BYTES',
] as const;
export type Datatype = (typeof DATATYPES)[number];

/** The datatype of each dtype of a model. */
export const DATATYPE_OF_DTYPE = {
  float32: 'FP32',
  int32: 'INT32',
  bool: 'BOOL',
  string: 'BYTES',
} as const satisfies Record<DataType, Datatype>;

/** Bytes per element in binary data; undefined for BYTES, whose elements contain their length. */
export const ELEMENT_BYTES: Readonly<Record<Datatype, number | undefined>> = {
  BOOL: 1,
  UINT8: 1,
  UINT16: 2,
  UINT32: 4,
  UINT64: 8,
  INT8: 1,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  FP16: 2,
  FP32: 4,
  FP64: 8,
  BYTES: undefined,
};

const DTYPES: Readonly<Record<Datatype, DataType>> = {
  BOOL: 'bool',
  UINT8: 'int32',
  UINT16: 'int32',
  UINT32: 'int32',
  UINT64: 'int32',
  INT8: 'int32',
  INT16: 'int32',
  INT32: 'int32',
  INT64: 'int32',
  FP16: 'float32',
  FP32: 'float32',
  FP64: 'float32',
  BYTES: 'string',
};

/**
 * True if a tensor of the datatype can be converted to the dtype. Kinds do not mix: int32 accepts any integer datatype
 * (each value must fit), float32 accepts any float datatype.
 */
export function isConvertible(datatype: Datatype, dtype: DataType): boolean {
  return DTYPES[datatype] === dtype;
}

const INT32 = { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 };

/**
 * Returns the integers that both the datatype and int32 can represent, bounds included. JSON.parse rounds 64-bit
 * integers beyond 2^53, which are out of int32's range anyway.
 */
export function integerRange(datatype: Datatype): { readonly minimum: number; readonly maximum: number } {
  switch (datatype) {
    case 'UINT8':
      return { minimum: 0, maximum: 255 };
    case 'UINT16':
      return { minimum: 0, maximum: 65_535 };
    case 'UINT32':
    case 'UINT64':
      return { minimum: 0, maximum: INT32.maximum };
    case 'INT8':
      return { minimum: -128, maximum: 127 };
    case 'INT16':
      return { minimum: -32_768, maximum: 32_767 };
    default:
      return INT32;
  }
}
