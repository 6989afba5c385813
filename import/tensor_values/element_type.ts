import { BYTES_PER_ELEMENT, type DataType } from '../../worker/model/dtype.ts';
import { float16ToNumber } from '../../worker/model/float16.ts';
import { graphTypeName } from '../graph/dtype_mapping.ts';
import { WeightError } from '../graph/weight_error.ts';
import { unsupported } from '../import_result.ts';

/** A type of elements in files, and the type that replaces it in tfjs. */
export interface ElementType {
  /** TensorFlow's name. */
  readonly name: string;
  readonly weight: DataType;
  /** Bytes of one element in a file, little-endian. 0 for strings. */
  readonly bytes: number;
  /** Bytes of one element in tfjs. 0 for strings. */
  readonly weightBytes: number;
  /** Reads one element as a number, which may not fit tfjs's type. */
  get(view: DataView, offset: number): number;
}

const INT64 = (view: DataView, offset: number) => Number(view.getBigInt64(offset, true));

const TYPES: readonly (readonly [number, DataType, number, ElementType['get']])[] = [
  [1, 'float32', 4, (view, offset) => view.getFloat32(offset, true)],
  [2, 'float32', 8, (view, offset) => view.getFloat64(offset, true)],
  [3, 'int32', 4, (view, offset) => view.getInt32(offset, true)],
  [4, 'int32', 1, (view, offset) => view.getUint8(offset)],
  [5, 'int32', 2, (view, offset) => view.getInt16(offset, true)],
  [6, 'int32', 1, (view, offset) => view.getInt8(offset)],
  [7, 'string', 0, () => 0],
  [9, 'int32', 8, INT64],
  [10, 'bool', 1, (view, offset) => (view.getUint8(offset) === 0 ? 0 : 1)],
  [11, 'int32', 1, (view, offset) => view.getInt8(offset)],
  [12, 'int32', 1, (view, offset) => view.getUint8(offset)],
  [14, 'float32', 2, (view, offset) => bfloat16(view.getUint16(offset, true))],
  [15, 'int32', 2, (view, offset) => view.getInt16(offset, true)],
  [16, 'int32', 2, (view, offset) => view.getUint16(offset, true)],
  [17, 'int32', 2, (view, offset) => view.getUint16(offset, true)],
  [19, 'float32', 2, (view, offset) => float16ToNumber(view.getUint16(offset, true))],
  [22, 'int32', 4, (view, offset) => view.getUint32(offset, true)],
  [23, 'int32', 8, (view, offset) => Number(view.getBigUint64(offset, true))],
];

const ELEMENT_TYPES = new Map<number, ElementType>(
  TYPES.map(([number, weight, bytes, get]) => [
    number,
    {
      name: graphTypeName(number),
      weight,
      bytes,
      weightBytes: weight === 'string' ? 0 : BYTES_PER_ELEMENT[weight],
      get,
    },
  ]),
);

/** Returns the type of TensorFlow's number, or undefined if tfjs has no type for it. */
export function elementType(number: number): ElementType | undefined {
  return ELEMENT_TYPES.get(number);
}

/**
 * Converts values to the form of tfjs's files of weights.
 *
 * @param bytes elements in row-major order, little-endian; returned unchanged if tfjs has the same form
 * @param place the name of the tensor in error messages
 * @throws WeightError if a value does not fit tfjs's type
 */
export function toWeightBytes(type: ElementType, bytes: Uint8Array, place: string): Uint8Array {
  if (type.name === 'DT_FLOAT' || type.name === 'DT_INT32') return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.byteLength / type.bytes;
  const weight = new Uint8Array(count * type.weightBytes);
  const target = new DataView(weight.buffer);
  for (let index = 0; index < count; index++) {
    const value = type.get(view, index * type.bytes);
    if (!setWeight(type, target, index, value)) throw misfit(type, value, place);
  }
  return weight;
}

/** Writes one element in tfjs's type. Returns false if it does not fit. */
export function setWeight(type: ElementType, target: DataView, index: number, value: number): boolean {
  switch (type.weight) {
    case 'float32':
      target.setFloat32(index * 4, value, true);
      return !Number.isFinite(value) || Number.isFinite(Math.fround(value));
    case 'int32':
      target.setInt32(index * 4, value, true);
      return value === (value | 0);
    default:
      target.setUint8(index, value);
      return true;
  }
}

export function misfit({ name, weight }: ElementType, value: number, place: string): WeightError {
  return new WeightError(
    unsupported(
      `${place} is of type ${name}, which tfjs holds as ${weight}; its value ${value} does not fit`,
    ),
  );
}

const word = new DataView(new ArrayBuffer(4));

function bfloat16(bits: number): number {
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
}
