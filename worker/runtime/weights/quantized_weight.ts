import type { WeightSpec } from '../../model/model_json.ts';
import { expandElements } from '../../model/quantization.ts';
import type { MatrixLayout } from '../kernels/packing/packed_matrix.ts';
import type { QuantizedElements } from '../kernels/packing/quantized_matrix.ts';

/**
 * Matrices of fewer elements become float32. They are many where an image has become small, and with few rows a product
 * takes its time for expanding: with 36 up to a tenth more, with 9 a third more.
 */
const LEAST_QUANTIZED = 32 * 1024;

/** Beyond, a scale would lose digits as float32. */
const LEAST_SCALE = 1e-30;
const MOST_SCALE = 1e30;

/** Filters of this width take half of the products in another form, which plans make of float32 only. */
const WINOGRAD_WIDTH = 3;

export function isWorthKeepingSmall({ shape }: WeightSpec, { k, n }: MatrixLayout): boolean {
  return k * n >= LEAST_QUANTIZED && !(shape.length === 4 && shape[1] === WINOGRAD_WIDTH);
}

/** What a matrix is made of that stays as small as it is stored; undefined where it is float32 or has to become that. */
export function quantizedElements(spec: WeightSpec): QuantizedElements | undefined {
  const { quantization } = spec;
  if (quantization === undefined) return undefined;
  const expand: QuantizedElements['expand'] = (heap, address, stored) =>
    expandElements(heap, address, stored, spec);
  if (quantization.dtype === 'float16') return { format: 'float16', scale: 1, min: 0, expand };
  const { dtype: format, scale, min } = quantization;
  const isExact = scale > LEAST_SCALE && scale < MOST_SCALE && Math.abs(min) < MOST_SCALE;
  return isExact ? { format, scale, min, expand } : undefined;
}
