import { LARGEST_CODE } from '../../../worker/model/dynamic_quantization.ts';
import { channelSums, type OfChannels } from '../channel_sums.ts';
import { integerOf } from '../integer_weight.ts';
import { type ByteCodes, LEAST_CODE, MOST_CODE } from './byte_codes.ts';

const { fround } = Math;

/** All integers up to this one are floats, so that sums up to it are exact in any order. */
const EXACT = 2 ** 24;
/** Plans round sums times their scale below this magnitude. */
const ROUNDED = 2 ** 22;
/** A channel whose weights have fewer levels on each side of 0 loses too much. */
const FEWEST_LEVELS = 31;
/** A scale of sums below this one makes 0 of every weight. */
const SMALLEST_SCALE = 2 ** -40;

/** A filter, and what its sums begin with. */
export interface Filter extends OfChannels {
  /** What is added to the sums of each channel. */
  readonly bias: Float32Array | undefined;
  /** Returns the mean of the values that an element is multiplied with. */
  readonly meanInputOf: (index: number) => number;
}

/** The scales of a filter's integers, one for each output channel. */
export interface FilterScales {
  readonly scales: Float32Array;
  /** The integers that are added to the sums of each channel. */
  readonly biases: Float64Array;
}

export type QuantizedFilter =
  | ({ readonly kind: 'quantized' } & FilterScales)
  /** In float32, sums of these integers would be rounded, or weights would have too few levels below that. */
  | { readonly kind: 'too large' };

/**
 * Chooses the scale of each output channel so that its largest weight is 127, or as much smaller as it has to be so that no sum of
 * products with any bytes can leave the integers that float32 has. Plans compute only such products in bytes.
 *
 * @param x the codes of the input
 * @param y the codes of the result
 */
export function quantizeFilter(filter: Filter, x: ByteCodes, y: ByteCodes): QuantizedFilter {
  const { channels, bias, values } = filter;
  const [lowest, highest] = [LEAST_CODE - x.zero, MOST_CODE - x.zero];
  const { largest, above, below } = channelSums(filter);
  const count = values.length / channels;
  const scales = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const [plus, minus] = [above[channel] ?? 0, below[channel] ?? 0];
    const sum = Math.max(plus * highest - minus * lowest, minus * highest - plus * lowest);
    const added = (bias?.[channel] ?? 0) / x.scale;
    // Each weight may be rounded up by a half, and the bias corrects as much.
    const room = EXACT - (highest - lowest) * count - 1;
    if (room <= 0) return { kind: 'too large' };
    const magnitude = largest[channel] ?? 0;
    const scale = fround(
      Math.max(
        magnitude / LARGEST_CODE,
        ((sum + Math.abs(added)) / room) * (1 + 2 ** -20),
        (SMALLEST_SCALE * y.scale) / x.scale,
      ),
    );
    const matters = (plus + minus) * (highest - lowest) * x.scale > y.scale;
    if (matters && magnitude / scale < FEWEST_LEVELS) return { kind: 'too large' };
    if (!((sum + Math.abs(added)) * x.scale < ROUNDED * y.scale)) return { kind: 'too large' };
    scales[channel] = scale;
  }
  const lost = lostSums(filter, scales);
  const biases = Float64Array.from(lost, (sum, channel) =>
    Math.round(((bias?.[channel] ?? 0) + sum) / x.scale / (scales[channel] ?? 1)),
  );
  return { kind: 'quantized', scales, biases };
}

/** What the rounding of weights takes off the sums of each channel in the mean (Nagel et al. 2019, bias correction). */
function lostSums({ values, channels, channelOf, meanInputOf }: Filter, scales: Float32Array): Float64Array {
  const lost = new Float64Array(channels);
  for (const [index, value] of values.entries()) {
    const channel = channelOf(index);
    const scale = scales[channel] ?? 1;
    const rounded = integerOf(value, scale) * scale;
    lost[channel] = (lost[channel] ?? 0) + (value - rounded) * meanInputOf(index);
  }
  return lost;
}
