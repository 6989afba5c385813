import type { WeightSpec } from '../../model/model_json.ts';
import { expandElements, LEAST_KEPT } from '../../model/quantization.ts';
import type { MatrixLayout } from '../kernels/packing/packed_matrix.ts';
import { packedBlock, type QuantizedElements } from '../kernels/packing/quantized_matrix.ts';

/**
 * Plans compute with the bytes of integer weights as they are, whatever their number. Smaller matrices would be mostly padding.
 */
const LEAST_INTEGERS = 1024;

const FLOAT_BYTES = 4;

/** Beyond these limits, a scale would lose digits in float32. */
const LEAST_SCALE = 1e-30;
const MOST_SCALE = 1e30;

/** Filters of this width can use Winograd's algorithm, which needs float32. */
const WINOGRAD_WIDTH = 3;

/** Returns the quantized elements of a matrix that is large enough to stay quantized, or undefined. */
export function keptElements(spec: WeightSpec, { k, n }: MatrixLayout): QuantizedElements | undefined {
  const { shape } = spec;
  const isWinograd = shape.length === 4 && shape[1] === WINOGRAD_WIDTH;
  const isWorthIt = isIntegers(spec) ? k * n >= LEAST_INTEGERS : k * n >= LEAST_KEPT && !isWinograd;
  return isWorthIt ? quantizedElements(spec) : undefined;
}

/** True for the weights of a quantized model: bytes that stand for integers, whose scale is applied to the sums. */
function isIntegers({ quantization }: WeightSpec): boolean {
  return quantization?.dtype === 'uint8' && quantization.scale === 1 && Number.isInteger(quantization.min);
}

/** True if a weight stays quantized and takes less memory than in float32: panels of few columns are mostly padding. */
export function isKeptSmall(spec: WeightSpec, layout: MatrixLayout): boolean {
  const elements = keptElements(spec, layout);
  return elements !== undefined && packedBlock(layout, elements).bytes < FLOAT_BYTES * layout.k * layout.n;
}

/** Returns the quantized elements of a matrix that stays quantized, or undefined if it is or must become float32. */
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
