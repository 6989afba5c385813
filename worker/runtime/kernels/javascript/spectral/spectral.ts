import type { NumericValues } from '../../gate/kernel_call.ts';
import { transformOf } from '../../gate/rules/spectral.ts';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';
import { fourierTransform, type Numbers, zeroNumbers } from './fourier_transform.ts';

/** Fourier transforms of the rows of a tensor, in float64. The WebAssembly backend has none. */
export const transform: PlainKernel = (backend, call, [output]) => {
  const x = call.tensor('x');
  const { kind, length } = transformOf(call);
  const isReal = kind === 'rfft';
  const given = (isReal ? x.shape.at(-1) : x.shape.at(-2)) ?? 0;
  const result = makeOutput(backend, output);
  const values = valuesOf(backend, x);
  const results = valuesOf(backend, result);
  const numbers = zeroNumbers(length);
  const compute = fourierTransform(length);
  const [taken, made] = [given * (isReal ? 1 : 2), rowSize(kind, length)];
  const isBack = kind === 'ifft' || kind === 'irfft';
  for (let row = 0; row * made < results.length; row++) {
    const source = values.subarray(row * taken, (row + 1) * taken);
    if (isReal) readReal(numbers, source);
    else if (kind === 'irfft') readHalf(numbers, source);
    else readComplex(numbers, source);
    // The transform back is that of the conjugates, of which the conjugates are taken.
    if (isBack) conjugate(numbers);
    compute(numbers);
    const target = results.subarray(row * made, (row + 1) * made);
    const factor = isBack ? 1 / length : 1;
    for (let index = 0; index < (kind === 'irfft' ? made : made / 2); index++) {
      const real = (numbers.real[index] ?? 0) * factor;
      if (kind === 'irfft') target[index] = real;
      else {
        target[2 * index] = real;
        target[2 * index + 1] = (numbers.imaginary[index] ?? 0) * (isBack ? -factor : factor);
      }
    }
  }
  return result;
};

function rowSize(kind: string, length: number): number {
  return kind === 'irfft' ? length : kind === 'rfft' ? 2 * (Math.floor(length / 2) + 1) : 2 * length;
}

function readReal({ real, imaginary }: Numbers, source: NumericValues): void {
  for (let index = 0; index < real.length; index++) real[index] = source[index] ?? 0;
  imaginary.fill(0);
}

function readComplex({ real, imaginary }: Numbers, source: NumericValues): void {
  for (let index = 0; index < real.length; index++) {
    real[index] = source[2 * index] ?? 0;
    imaginary[index] = source[2 * index + 1] ?? 0;
  }
}

/** The half that is given, and its conjugates for the other half. The ends have no imaginary part. */
function readHalf({ real, imaginary }: Numbers, source: NumericValues): void {
  const { length } = real;
  for (let index = 0; index <= length / 2; index++) {
    const isEnd = index === 0 || 2 * index === length;
    const [a, b] = [source[2 * index] ?? 0, isEnd ? 0 : (source[2 * index + 1] ?? 0)];
    real[index] = a;
    imaginary[index] = b;
    if (isEnd) continue;
    real[length - index] = a;
    imaginary[length - index] = -b;
  }
}

function conjugate({ imaginary }: Numbers): void {
  for (let index = 0; index < imaginary.length; index++) imaginary[index] = -(imaginary[index] ?? 0);
}

/** Squares of float32 do not overflow in float64. */
export const absolute: PlainKernel = (backend, call, [output]) => {
  const result = makeOutput(backend, output);
  const values = valuesOf(backend, call.tensor('x'));
  const results = valuesOf(backend, result);
  for (let index = 0; index < results.length; index++) {
    const real = values[2 * index] ?? 0;
    const imaginary = values[2 * index + 1] ?? 0;
    const isInfinite =
      Math.abs(real) === Number.POSITIVE_INFINITY || Math.abs(imaginary) === Number.POSITIVE_INFINITY;
    results[index] = isInfinite ? Number.POSITIVE_INFINITY : Math.sqrt(real * real + imaginary * imaginary);
  }
  return result;
};
