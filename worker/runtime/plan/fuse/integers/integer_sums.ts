import type { IntegerView } from './integer_view.ts';
import type { ProductOperands } from './product_operands.ts';
import type { WeightColumns } from './weight_columns.ts';

/** All integers up to this one are floats. */
export const EXACT = 2 ** 24;
const MOST_BIAS = 2 ** 31;

/** The integers of a product with constant weights. */
export interface IntegerSums {
  readonly weights: WeightColumns;
  readonly biases: Int32Array;
  /** The largest magnitude that a sum of each output channel can have. */
  readonly largest: Float64Array;
}

/**
 * Returns the integers of a product if the executor's sums in float32 are exact: if the biases are integers, too, and no
 * sum of products, in whichever order it is added up, can leave the integers that float32 has. The sums of the integer
 * kernels are then equal bit for bit.
 *
 * @param values the range of the product's input, with 0 if taps may be outside the image
 * @param extraBiasAt an integer that a later step adds to the sums of an output channel
 */
export function integerSums(
  { outChannels, biasAt, excess }: Pick<ProductOperands, 'outChannels' | 'biasAt' | 'excess'>,
  weights: WeightColumns,
  values: Pick<IntegerView, 'lowest' | 'highest'>,
  extraBiasAt: (outChannel: number) => number,
): IntegerSums | undefined {
  const sums = weights.around(0);
  if (sums === undefined) return undefined;
  const least = Math.max(0, -values.lowest);
  const most = Math.max(0, values.highest);
  const beyond = excess * Math.max(least, most);
  const biases = new Int32Array(outChannels);
  const largest = new Float64Array(outChannels);
  for (let column = 0; column < outChannels; column++) {
    const [above, below] = [sums.above[column] ?? 0, sums.below[column] ?? 0];
    const bias = biasAt(column) + extraBiasAt(column);
    const magnitude = Math.abs(bias) + Math.max(above * most + below * least, above * least + below * most);
    // Without weights, the sum is the bias, which is a float already. Such channels may have large ones.
    const isExact =
      magnitude + beyond <= EXACT ||
      (magnitude === Math.abs(bias) && magnitude < MOST_BIAS && Math.fround(bias) === bias);
    if (!Number.isInteger(bias) || !isExact) return undefined;
    biases[column] = bias;
    largest[column] = magnitude;
  }
  return { weights, biases, largest };
}
