import type { DataType } from '../../../model/dtype.ts';
import { float16ToNumber } from '../../../model/float16.ts';
import type { TensorValue } from '../../../model/tensor.ts';
import { type Datatype, ELEMENT_BYTES, integerRange } from '../datatype.ts';
import { overflowsFloat32 } from './float_range.ts';

/**
 * Makes a tensor of binary data: little-endian, row-major, without padding; an element of BYTES is its length (uint32)
 * and its bytes. If the datatype is the model's own, the values are a view of the data, or a copy if the data is not
 * aligned. Returns the reason if the data is invalid.
 */
export function tensorOfBytes(
  bytes: Uint8Array,
  { shape, count, datatype }: { shape: readonly number[]; count: number; datatype: Datatype },
  dtype: DataType,
): TensorValue | string {
  const size = ELEMENT_BYTES[datatype];
  if (size !== undefined && bytes.length !== count * size) {
    return `got ${bytes.length} bytes of binary data where shape [${shape}] of ${datatype} has ${count * size}`;
  }
  switch (dtype) {
    case 'float32': {
      const values = readFloats(bytes, datatype);
      return typeof values === 'string' ? values : { dtype, shape, values };
    }
    case 'int32': {
      const values = readIntegers(bytes, datatype);
      return typeof values === 'string' ? values : { dtype, shape, values };
    }
    case 'bool': {
      const fault = bytes.findIndex((byte) => byte > 1);
      return fault === -1
        ? { dtype, shape, values: bytes }
        : `element ${fault} of BOOL is the byte ${bytes[fault]}, neither 0 nor 1`;
    }
    case 'string': {
      const values = readElements(bytes, count);
      return typeof values === 'string' ? values : { dtype, shape, values };
    }
  }
}

function readFloats(bytes: Uint8Array, datatype: Datatype): Float32Array | string {
  switch (datatype) {
    case 'FP16':
      return Float32Array.from(aligned(bytes, Uint16Array), float16ToNumber);
    case 'FP64': {
      const doubles = aligned(bytes, Float64Array);
      const fault = doubles.findIndex(overflowsFloat32);
      return fault === -1
        ? Float32Array.from(doubles)
        : `element ${fault}, ${doubles[fault]}, is beyond FP32, which the model accepts`;
    }
    default:
      return aligned(bytes, Float32Array);
  }
}

function readIntegers(bytes: Uint8Array, datatype: Datatype): Int32Array | string {
  switch (datatype) {
    case 'UINT8':
      return Int32Array.from(bytes);
    case 'INT8':
      return Int32Array.from(aligned(bytes, Int8Array));
    case 'UINT16':
      return Int32Array.from(aligned(bytes, Uint16Array));
    case 'INT16':
      return Int32Array.from(aligned(bytes, Int16Array));
    case 'UINT32':
      return narrowed(aligned(bytes, Uint32Array), datatype);
    case 'UINT64':
      return narrowed(aligned(bytes, BigUint64Array), datatype);
    case 'INT64':
      return narrowed(aligned(bytes, BigInt64Array), datatype);
    default:
      return aligned(bytes, Int32Array);
  }
}

function narrowed(
  integers: Uint32Array | BigUint64Array | BigInt64Array,
  datatype: Datatype,
): Int32Array | string {
  const { minimum, maximum } = integerRange(datatype);
  const values = new Int32Array(integers.length);
  for (let index = 0; index < integers.length; index++) {
    const integer = Number(integers[index]);
    if (integer < minimum || integer > maximum) {
      return `element ${index}, ${integers[index]}, is not from ${minimum} to ${maximum}, as the model requires`;
    }
    values[index] = integer;
  }
  return values;
}

interface View<Values> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): Values;
}

/** Returns the values as a view, or as a copy if they are not aligned. Workers run only on little-endian machines. */
function aligned<Values>(bytes: Uint8Array, View: View<Values>): Values {
  const size = View.BYTES_PER_ELEMENT;
  const { buffer, byteOffset } = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  return new View(buffer, byteOffset, bytes.length / size);
}

const LENGTH_BYTES = 4;

function readElements(bytes: Uint8Array, count: number): Uint8Array[] | string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elements: Uint8Array[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    if (elements.length === count) return `has more than the ${count} elements of its shape`;
    const start = offset + LENGTH_BYTES;
    if (start > bytes.length) return `ends within the length of element ${elements.length}`;
    const end = start + view.getUint32(offset, true);
    if (end > bytes.length) return `ends within element ${elements.length}`;
    elements.push(bytes.subarray(start, end));
    offset = end;
  }
  return elements.length === count
    ? elements
    : `has ${elements.length} elements where its shape has ${count}`;
}

/** Returns a tensor as binary data. */
export function bytesOfTensor(tensor: TensorValue): Uint8Array {
  if (tensor.dtype !== 'string') {
    const { buffer, byteOffset, byteLength } = tensor.values;
    return new Uint8Array(buffer, byteOffset, byteLength);
  }
  const length = tensor.values.reduce((sum, element) => sum + LENGTH_BYTES + element.length, 0);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const element of tensor.values) {
    view.setUint32(offset, element.length, true);
    bytes.set(element, offset + LENGTH_BYTES);
    offset += LENGTH_BYTES + element.length;
  }
  return bytes;
}
