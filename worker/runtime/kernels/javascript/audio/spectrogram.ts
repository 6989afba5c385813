import { transformLength } from '../../gate/rules/audio.ts';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';
import { fourierTransform, zeroNumbers } from '../spectral/fourier_transform.ts';

/** Magnitudes of the frequencies of overlapping frames under a Hann window. */
export const spectrogram: PlainKernel = (backend, call, [output]) => {
  const x = call.tensor('x');
  const [, channels = 0] = x.shape;
  const [size, stride, isSquared] = [
    call.integer('windowSize'),
    call.integer('stride'),
    call.flag('isSquared'),
  ];
  const length = transformLength(call);
  const transform = fourierTransform(length);
  const numbers = zeroNumbers(length);
  const window = Float64Array.from(
    { length: size },
    (_, index) => 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / size),
  );
  const result = makeOutput(backend, output);
  const [, frames = 0, frequencies = 0] = result.shape;
  const samples = valuesOf(backend, x);
  const magnitudes = valuesOf(backend, result);
  let to = 0;
  for (let channel = 0; channel < channels; channel++)
    for (let frame = 0; frame < frames; frame++) {
      numbers.real.fill(0);
      numbers.imaginary.fill(0);
      for (let index = 0; index < size; index++)
        numbers.real[index] =
          (samples[(frame * stride + index) * channels + channel] ?? 0) * (window[index] ?? 0);
      transform(numbers);
      for (let index = 0; index < frequencies; index++) {
        const real = numbers.real[index] ?? 0;
        const imaginary = numbers.imaginary[index] ?? 0;
        const squared = real * real + imaginary * imaginary;
        magnitudes[to++] = isSquared ? squared : Math.sqrt(squared);
      }
    }
  return result;
};
