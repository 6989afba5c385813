import type { IntegerView } from './integer_view.ts';
import type { ProductOperands } from './product_operands.ts';

/** All integers up to this one are floats. */
export const EXACT = 2 ** 24;
const MOST_BIAS = 2 ** 31;
/** The largest magnitude of a weight: the sum of two bytes, or a byte with a zero. */
const LARGEST_WEIGHT = 2 * 127;

/** The integers of a product with constant weights. */
export interface IntegerSums {
  /** [outChannels, taps * channels], or [channels, taps] of a depthwise convolution. */
  readonly weights: Int16Array;
  /** The smallest and the largest weight. */
  readonly lowest: number;
  readonly highest: number;
  readonly biases: Int32Array;
  /** The largest magnitude that a sum of each output channel can have. */
  readonly largest: Float64Array;
}

/**
 * Returns a product's weights as integers if the executor's sums in float32 are exact: if the weights and biases are
 * integers, and no sum of products, in whichever order it is added up, can leave the integers that float32 has. The sums
 * of the integer kernels are then equal bit for bit.
 *
 * @param values the range of the product's input, with 0 if taps may be outside the image
 * @param extraBiasAt an integer that a later step adds to the sums of an output channel
 */
export function integerSums(
  { kind, window, outChannels, weightAt, biasAt, excess }: ProductOperands,
  values: Pick<IntegerView, 'lowest' | 'highest'>,
  extraBiasAt: (outChannel: number) => number,
): IntegerSums | undefined {
  const taps = window.filterHeight * window.filterWidth;
  const channels = kind === 'depthwise' ? 1 : window.channels;
  const least = Math.min(0, values.lowest);
  const most = Math.max(0, values.highest);
  const weights = new Int16Array(outChannels * taps * channels);
  const biases = new Int32Array(outChannels);
  const largest = new Float64Array(outChannels);
  let lowest = 0;
  let highest = 0;
  let at = 0;
  for (let column = 0; column < outChannels; column++) {
    const bias = biasAt(column) + extraBiasAt(column);
    let above = Math.abs(bias);
    let below = -above;
    for (let tap = 0; tap < taps; tap++) {
      for (let channel = 0; channel < channels; channel++) {
        const weight = weightAt(tap, channel, column);
        if (!Number.isInteger(weight) || Math.abs(weight) > LARGEST_WEIGHT) return undefined;
        weights[at++] = weight;
        lowest = Math.min(lowest, weight);
        highest = Math.max(highest, weight);
        above += Math.max(weight * least, weight * most);
        below += Math.min(weight * least, weight * most);
      }
    }
    const magnitude = Math.max(above, -below);
    // Without weights, the sum is the bias, which is a float already. Such channels may have large ones.
    const isExact =
      magnitude + excess * Math.max(-least, most) <= EXACT ||
      (magnitude === Math.abs(bias) && magnitude < MOST_BIAS && Math.fround(bias) === bias);
    if (!Number.isInteger(bias) || !isExact) return undefined;
    biases[column] = bias;
    largest[column] = magnitude;
  }
  return { weights, lowest, highest, biases, largest };
}
