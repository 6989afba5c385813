import { makeOutput, type PlainKernel, valuesOf } from './javascript_kernel.ts';

interface Steps {
  readonly least: number;
  readonly most: number;
  readonly scale: number;
}

/**
 * Rounds values to the steps of a quantized model. The source is TensorFlow's fake_quant_ops_functor.h, which computes
 * in float32.
 */
export const fakeQuantize: PlainKernel = (backend, call, [output]) => {
  const x = call.tensor('x');
  const leastQuantized = call.flag('narrowRange') ? 1 : 0;
  const mostQuantized = 2 ** call.integer('numBits') - 1;
  const result = makeOutput(backend, output);
  const minima = valuesOf(backend, call.tensor('min'));
  const maxima = valuesOf(backend, call.tensor('max'));
  const channels = Array.from(minima, (min, channel) =>
    nudged(min, maxima[channel] ?? 0, leastQuantized, mostQuantized),
  );
  const values = valuesOf(backend, x);
  const quantized = valuesOf(backend, result);
  for (let index = 0; index < quantized.length; index++)
    quantized[index] = round(values[index] ?? 0, channels[index % channels.length]);
  return result;
};

/** Returns the range, shifted so that 0 is one of its steps, or undefined for a range from 0 to 0. */
function nudged(min: number, max: number, leastQuantized: number, mostQuantized: number): Steps | undefined {
  if (min === 0 && max === 0) return undefined;
  const scale = Math.fround(Math.fround(max - min) / (mostQuantized - leastQuantized));
  const zero = Math.fround(leastQuantized - Math.fround(min / scale));
  const zeroPoint = Math.min(mostQuantized, Math.max(leastQuantized, Math.floor(zero + 0.5)));
  return {
    least: Math.fround((leastQuantized - zeroPoint) * scale),
    most: Math.fround((mostQuantized - zeroPoint) * scale),
    scale,
  };
}

function round(value: number, steps: Steps | undefined): number {
  if (steps === undefined) return 0;
  const { least, most, scale } = steps;
  const inverse = Math.fround(1 / scale);
  const zero = Math.floor(Math.fround(Math.fround(-least * inverse) + 0.5));
  const shifted = Math.fround(Math.min(most, Math.max(least, value)) - least);
  const step = Math.floor(Math.fround(Math.fround(Math.fround(shifted * inverse) - zero) + 0.5));
  return Math.fround(step * scale) + 0;
}

/**
 * Rounds values to the steps of integers whose range is given, or is that of the values. 0 is one of them, and the side
 * that needs the larger steps says how large they are. Source: TensorFlow's quantize_and_dequantize_op.h.
 */
export const quantizeAndDequantize: PlainKernel = (backend, call, [output]) => {
  const x = call.tensor('x');
  const bits = call.integer('numBits');
  const isSigned = call.flag('isSigned');
  const most = isSigned ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  const least = isSigned ? (call.flag('isNarrow') ? -most : -most - 1) : 0;
  const isGiven = call.flag('isRangeGiven');
  const result = makeOutput(backend, output);
  const values = valuesOf(backend, x);
  const quantized = valuesOf(backend, result);
  const range = isGiven
    ? {
        min: valuesOf(backend, call.tensor('min'))[0] ?? 0,
        max: valuesOf(backend, call.tensor('max'))[0] ?? 0,
      }
    : extremes(values);
  const ofMin = least * range.min > 0 ? least / range.min : Number.POSITIVE_INFINITY;
  const ofMax = most * range.max > 0 ? most / range.max : Number.POSITIVE_INFINITY;
  const scale = Math.fround(Math.min(ofMin, ofMax));
  const step = Math.fround(ofMin < ofMax ? range.min / least : range.max / most);
  const isHalfUp = call.text('rounding') === 'HALF_UP';
  for (let index = 0; index < quantized.length; index++) {
    const value = values[index] ?? 0;
    const [low, high] = ofMin < ofMax ? [range.min, most * step] : [least * step, range.max];
    const clamped = isGiven ? Math.min(high, Math.max(low, value)) : value;
    const scaled = Math.fround(clamped * scale);
    quantized[index] = Number.isFinite(scale)
      ? (isHalfUp ? Math.floor(scaled + 0.5) : halfToEven(scaled)) * step
      : value;
  }
  return result;
};

function extremes(values: ArrayLike<number>): { min: number; max: number } {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let index = 0; index < values.length; index++) {
    min = Math.min(min, values[index] ?? 0);
    max = Math.max(max, values[index] ?? 0);
  }
  return { min, max };
}

function halfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
