import * as v from 'valibot';
import { BYTES_PER_ELEMENT, type DataType } from './dtype.ts';
import { float16ToNumber } from './float16.ts';

/** How tfjs expands quantized numbers: level * scale + min, or half-precision floats. */
export const QuantizationSchema = v.variant('dtype', [
  v.object({ dtype: v.picklist(['uint8', 'uint16']), scale: v.number(), min: v.number() }),
  v.object({ dtype: v.literal('float16') }),
]);
export type Quantization = v.InferOutput<typeof QuantizationSchema>;

/**
 * Matrices of so many elements stay quantized in memory. Smaller ones become float32. Models have many of them where an
 * image has become small, and a product of few rows spends much of its time on dequantization: with 36 rows up to a tenth
 * more, with 9 rows a third more.
 */
export const LEAST_KEPT = 32 * 1024;

/** The form of a weight's elements in its file. */
export interface StoredElements {
  readonly dtype: DataType;
  readonly quantization?: Quantization | undefined;
}

/** Returns why tfjs does not quantize a dtype in this way, or undefined if it does, as tfjs-core's decodeWeights. */
export function quantizationFault({ dtype, quantization }: StoredElements): string | undefined {
  if (quantization === undefined) return undefined;
  if (dtype === 'string') return 'strings cannot be quantized';
  const fits = quantization.dtype === 'float16' ? dtype === 'float32' : dtype !== 'bool';
  return fits ? undefined : `${dtype} cannot be quantized as ${quantization.dtype}`;
}

/**
 * Returns the bytes of one element in the file.
 *
 * @throws for strings, and if the dtype cannot be quantized in this way
 */
export function storedWidth(elements: StoredElements): number {
  const { dtype, quantization } = elements;
  const fault = quantizationFault(elements);
  if (fault !== undefined) throw new Error(fault);
  if (dtype === 'string') throw new Error('strings have no fixed width');
  return BYTES_PER_ELEMENT[quantization?.dtype ?? dtype];
}

/** Dequantizes whole elements from the file's form to an address in memory. */
export function expandElements(
  memory: Uint8Array,
  address: number,
  stored: Uint8Array,
  { quantization, dtype }: StoredElements,
): void {
  if (quantization === undefined) {
    memory.set(stored, address);
    return;
  }
  const source = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  const count = stored.length / BYTES_PER_ELEMENT[quantization.dtype];
  const read =
    quantization.dtype === 'uint8'
      ? (index: number) => source.getUint8(index)
      : (index: number) => source.getUint16(index * 2, true);
  const start = memory.byteOffset + address;
  if (quantization.dtype === 'float16') {
    const target = new Float32Array(memory.buffer, start, count);
    for (let index = 0; index < count; index++) target[index] = float16ToNumber(read(index));
    return;
  }
  const { scale, min } = quantization;
  if (dtype === 'int32') {
    const target = new Int32Array(memory.buffer, start, count);
    for (let index = 0; index < count; index++) target[index] = Math.round(read(index) * scale + min);
  } else {
    const target = new Float32Array(memory.buffer, start, count);
    for (let index = 0; index < count; index++) target[index] = read(index) * scale + min;
  }
}
