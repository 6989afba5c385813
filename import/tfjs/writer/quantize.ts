import { FLOAT16_LIMIT, numberToFloat16 } from '../../../worker/model/float16.ts';
import type { Quantization } from '../../../worker/model/quantization.ts';
import { float32Values } from '../../graph/float32_values.ts';
import type { Weight } from '../../graph/graph.ts';

export type QuantizationMode = 'float16' | 'uint8';

/** Elements. A smaller tensor takes little space and usually is a bias or a scale, for which errors matter most. */
const SMALLEST_QUANTIZED = 1024;

/** The bytes of a weight in the file, and its quantization if it has one. */
export interface StoredWeight {
  readonly bytes: Uint8Array;
  readonly quantization?: Quantization;
}

/** True if quantizing this weight is worth its error. Its values may still prevent it. */
export function isQuantizable({ dtype, byteLength }: Weight): boolean {
  return dtype === 'float32' && byteLength >= 4 * SMALLEST_QUANTIZED;
}

/**
 * Quantizes float32 values in the form of tfjs's dequantization. If a value is not finite, or beyond half precision's
 * range, the tensor is not quantized.
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
 * Quantizes to 256 levels between the smallest and the largest value, of which zero is one, so that zeros of padding
 * and of pruned weights stay exact.
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
  // Near the ends of float32's range, the outermost levels would be infinite.
  if (!Number.isFinite(Math.fround(min)) || !Number.isFinite(Math.fround(min + LEVELS * scale))) {
    return { bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
  }
  const levels = new Uint8Array(values.length);
  for (const [index, value] of values.entries()) {
    levels[index] = Math.min(LEVELS, Math.max(0, Math.round((value - min) / scale)));
  }
  return { bytes: levels, quantization: { dtype: 'uint8', scale, min } };
}
