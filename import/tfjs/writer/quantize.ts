import { FLOAT16_LIMIT, numberToFloat16 } from '../../../worker/model/float16.ts';
import type { Quantization } from '../../../worker/model/quantization.ts';
import { float32Values } from '../../graph/float32_values.ts';
import type { Weight } from '../../graph/graph.ts';

export type QuantizationMode = 'float16' | 'uint8';

/** Elements. Below this a tensor costs little, and it is a bias or a scale, which errors show in most. */
const SMALLEST_QUANTIZED = 1024;

/** What lies in the file for a weight: its bytes, and how to read them where they are quantized. */
export interface StoredWeight {
  readonly bytes: Uint8Array;
  readonly quantization?: Quantization;
}

/** Whether quantizing this weight is worth its error; its values may still forbid it. */
export function isQuantizable({ dtype, byteLength }: Weight): boolean {
  return dtype === 'float32' && byteLength >= 4 * SMALLEST_QUANTIZED;
}

/**
 * Quantizes float32 values as tfjs's dequantization reads them. Values that half precision has no room for,
 * and any that are not finite, leave the tensor as it is.
 *
 * @param bytes float32, little-endian
 */
export function quantize(bytes: Uint8Array, mode: QuantizationMode): StoredWeight {
  const values = float32Values(bytes);
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) return { bytes };
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (values.length === 0) return { bytes };
  if (mode === 'uint8') return quantizeAffine(values, min, max);
  if (Math.max(-min, max) >= FLOAT16_LIMIT) return { bytes };
  const halves = new Uint8Array(2 * values.length);
  const view = new DataView(halves.buffer);
  for (const [index, value] of values.entries()) view.setUint16(2 * index, numberToFloat16(value), true);
  return { bytes: halves, quantization: { dtype: 'float16' } };
}

const LEVELS = 255;

/**
 * 256 levels between the smallest and the largest value, laid so that zero is one of them: zeros that stand for
 * nothing, in padding and pruned weights, stay nothing.
 */
function quantizeAffine(values: Float32Array, smallest: number, largest: number): StoredWeight {
  const scale = (largest - smallest) / LEVELS;
  if (scale === 0) {
    return {
      bytes: new Uint8Array(values.length),
      quantization: { dtype: 'uint8', scale: 1, min: smallest },
    };
  }
  const min = smallest <= 0 && largest >= 0 ? 0 - Math.round(-smallest / scale) * scale : smallest;
  // At the very ends of the range the outermost levels would be infinite.
  if (!Number.isFinite(Math.fround(min)) || !Number.isFinite(Math.fround(min + LEVELS * scale))) {
    return { bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
  }
  const levels = new Uint8Array(values.length);
  for (const [index, value] of values.entries()) {
    levels[index] = Math.min(LEVELS, Math.max(0, Math.round((value - min) / scale)));
  }
  return { bytes: levels, quantization: { dtype: 'uint8', scale, min } };
}
