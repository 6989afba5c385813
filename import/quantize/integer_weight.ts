import { LARGEST_CODE } from '../../worker/model/dynamic_quantization.ts';
import { elementCount } from '../../worker/model/tensor.ts';
import { float32Values } from '../graph/float32_values.ts';
import type { Weight } from '../graph/graph.ts';

/** The least of tfjs's numbers from 0 on stands for this integer. */
const STORED_LEAST = -128;

/**
 * Returns the integers of a weight as a constant that is stored in 8 bits. They are computed from the source when they are read.
 *
 * @param channelOf returns the output channel of an element in row-major order, which has one of the scales
 * @param storedLeast the integer for which the byte 0 stands
 */
export function integerWeight(
  source: Weight,
  { scales, channelOf }: { readonly scales: Float32Array; readonly channelOf: (index: number) => number },
  storedLeast: number = STORED_LEAST,
): Weight {
  const { shape } = source;
  const count = elementCount(shape);
  const read = async (): Promise<Float32Array> =>
    float32Values(await source.read()).map((value, index) => integerOf(value, scales[channelOf(index)] ?? 1));
  return {
    dtype: 'float32',
    shape,
    byteLength: 4 * count,
    read: async () => new Uint8Array((await read()).buffer),
    quantized: {
      quantization: { dtype: 'uint8', scale: 1, min: storedLeast },
      byteLength: count,
      read: async () => Uint8Array.from(await read(), (integer) => integer - storedLeast),
    },
  };
}

/** Returns the nearest integer of 7 bits and a sign: see docs/decisions/integer-kernels.md. */
export function integerOf(value: number, scale: number): number {
  const near = Math.round(value / scale);
  // Adding 0 makes 0 of -0.
  return Math.min(Math.max(near, -LARGEST_CODE), LARGEST_CODE) + 0;
}
