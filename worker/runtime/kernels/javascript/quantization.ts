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
