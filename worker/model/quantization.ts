import { float16ToNumber } from './float16.ts';
import type { WeightSpec } from './model_json.ts';

export const BYTES_PER_ELEMENT = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 } as const;

/**
 * Bytes of one element as the file has it.
 *
 * @throws where a dtype is not quantised like that
 */
export function storedWidth({ name, dtype, quantization }: WeightSpec): number {
  if (dtype === 'string') throw new Error(`weight ${name}: strings have no fixed width`);
  if (
    quantization !== undefined &&
    (dtype === 'bool' || (quantization.dtype === 'float16' && dtype !== 'float32'))
  ) {
    throw new Error(`weight ${name}: ${dtype} cannot be quantised as ${quantization.dtype}`);
  }
  return BYTES_PER_ELEMENT[quantization?.dtype ?? dtype];
}

/** Writes whole elements as the file has them, expanded, to an address in the heap. */
export function expandElements(
  heap: Uint8Array,
  address: number,
  stored: Uint8Array,
  spec: WeightSpec,
): void {
  const { quantization, dtype } = spec;
  if (quantization === undefined) {
    heap.set(stored, address);
    return;
  }
  const source = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  const count = stored.length / BYTES_PER_ELEMENT[quantization.dtype];
  const read =
    quantization.dtype === 'uint8'
      ? (index: number) => source.getUint8(index)
      : (index: number) => source.getUint16(index * 2, true);
  if (quantization.dtype === 'float16') {
    const target = new Float32Array(heap.buffer, address, count);
    for (let index = 0; index < count; index++) target[index] = float16ToNumber(read(index));
    return;
  }
  const { scale, min } = quantization;
  if (dtype === 'int32') {
    const target = new Int32Array(heap.buffer, address, count);
    for (let index = 0; index < count; index++) target[index] = Math.round(read(index) * scale + min);
  } else {
    const target = new Float32Array(heap.buffer, address, count);
    for (let index = 0; index < count; index++) target[index] = read(index) * scale + min;
  }
}
