import type { Quantization } from '../../../worker/model/quantization.ts';
import { elementCount } from '../../../worker/model/tensor.ts';
import type { Weight } from '../../graph/graph.ts';
import { type ElementType, elementType, toWeightBytes } from '../../tensor_values/element_type.ts';
import { codeRange, type ElementTypeName, graphTypeOf } from './element_types.ts';

/** A constant of a file, whose values are read on demand. */
export interface StoredTensor {
  readonly type: Exclude<ElementTypeName, 'STRING'>;
  readonly shape: readonly number[];
  /** Reads the elements in row-major order, little-endian. Those of four bits take a byte each. */
  readonly read: () => Promise<Uint8Array>;
  /** For messages. */
  readonly named: string;
}

/**
 * The constant as a weight of a graph. Integers of up to 16 bits and half-precision floats keep their width in the file.
 *
 * @param zero what is taken off each of such integers
 */
export function weightOf({ type, shape, read, named }: StoredTensor, zero = 0): Weight {
  const element = elementOf(type);
  const count = elementCount(shape);
  const codes = codeRange(type);
  if (codes !== undefined) {
    const [least] = codes;
    const narrow = element.bytes === 1 ? 'uint8' : 'uint16';
    return {
      dtype: 'float32',
      shape,
      byteLength: count * 4,
      read: async () => {
        const values = new Float32Array(count);
        const view = viewOf(await read());
        for (let index = 0; index < count; index++)
          values[index] = element.get(view, index * element.bytes) - zero;
        return new Uint8Array(values.buffer);
      },
      quantized: {
        quantization: { dtype: narrow, scale: 1, min: least - zero },
        byteLength: count * element.bytes,
        read: async () => fromLeast(await read(), element.bytes, least),
      },
    };
  }
  const half: Quantization = { dtype: 'float16' };
  return {
    dtype: element.weight,
    shape,
    byteLength: count * element.weightBytes,
    read: async () => toWeightBytes(element, await read(), named),
    ...(type === 'FLOAT16' ? { quantized: { quantization: half, byteLength: count * 2, read } } : {}),
  };
}

/** Integers of more bits as floats, as biases are computed with. */
export function floatWeightOf(stored: StoredTensor): Weight {
  const byteLength = elementCount(stored.shape) * 4;
  return {
    dtype: 'float32',
    shape: stored.shape,
    byteLength,
    read: async () => new Uint8Array(Float32Array.from(numbersIn(stored, await stored.read())).buffer),
  };
}

/** How elements lie in memory. */
export function elementOf(type: ElementTypeName): ElementType {
  const element = elementType(graphTypeOf(type) ?? 0);
  if (element === undefined) throw new Error(`${type} has no form in files`);
  return element;
}

/** The elements as numbers. Those of 64 bits beyond 2^53, such as the ends of slices, lose digits that do not matter there. */
export function numbersIn({ type, shape }: StoredTensor, bytes: Uint8Array): number[] {
  const element = elementOf(type);
  const view = viewOf(bytes);
  return Array.from({ length: elementCount(shape) }, (_, index) => element.get(view, index * element.bytes));
}

/** The same elements in another shape. */
export function reshaped(stored: StoredTensor, shape: readonly number[]): StoredTensor {
  if (elementCount(shape) !== elementCount(stored.shape))
    throw new Error(`[${stored.shape}] cannot become [${shape}]`);
  return { ...stored, shape };
}

/** @param order which dimension of the constant each of the result is */
export function permuted(stored: StoredTensor, order: readonly number[]): StoredTensor {
  const shape = order.map((axis) => stored.shape[axis] ?? 1);
  const strides = order.map((axis) => elementCount(stored.shape.slice(axis + 1)));
  const { bytes: width } = elementOf(stored.type);
  return {
    ...stored,
    shape,
    read: async () => {
      const source = await stored.read();
      const result = new Uint8Array(source.length);
      let target = 0;
      const visit = (axis: number, from: number): void => {
        const size = shape[axis];
        if (size === undefined) {
          for (let byte = 0; byte < width; byte++) result[target++] = source[from * width + byte] ?? 0;
          return;
        }
        const stride = strides[axis] ?? 0;
        for (let index = 0; index < size; index++) visit(axis + 1, from + index * stride);
      };
      visit(0, 0);
      return result;
    },
  };
}

/** Integers as numbers from 0 on, as tfjs's files of quantized weights have them. */
function fromLeast(bytes: Uint8Array, width: number, least: number): Uint8Array {
  if (least === 0) return bytes;
  const source = viewOf(bytes);
  const result = new Uint8Array(bytes.length);
  const target = viewOf(result);
  for (let offset = 0; offset < bytes.length; offset += width) {
    if (width === 1) target.setUint8(offset, source.getInt8(offset) - least);
    else target.setUint16(offset, source.getInt16(offset, true) - least, true);
  }
  return result;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
