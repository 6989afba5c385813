import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelCall } from '../kernel_call.ts';
import { gives, givesEvenOfEmpty, type Rule, type Rules } from '../rule.ts';

/** What a transform is worked out with lies outside of the heap, whose limit does not count it. */
const LONGEST = 2 ** 17;

/** Of complex numbers or of real ones, there or back. */
export type Transform = 'fft' | 'ifft' | 'irfft' | 'rfft';

/** A complex number is two of the last dimension: its real and its imaginary part. */
function expectComplex(call: KernelCall, { shape }: TensorInfo): void {
  if (shape.length === 0 || shape.at(-1) !== 2) call.refuse(`x of shape [${shape}] has no complex numbers`);
}

export function transformOf(call: KernelCall): { kind: Transform; length: number } {
  const kind = call.text('kind');
  const length = call.integer('length');
  if (kind !== 'fft' && kind !== 'ifft' && kind !== 'rfft' && kind !== 'irfft')
    return call.refuse(`the transform ${String(kind)} is not known`);
  if (length < 1 || length > LONGEST)
    call.refuse(`a transform of ${length} values is not one of 1 to ${LONGEST}`);
  return { kind, length };
}

/** Along the last dimension, which is cropped or filled with zeros to the length of the transform. */
const transform: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'float32');
  const { kind, length } = transformOf(call);
  if (kind !== 'rfft') expectComplex(call, x);
  const outer = x.shape.slice(0, kind === 'rfft' ? -1 : -2);
  if (x.shape.length === outer.length || (kind !== 'rfft' && x.shape.length < 2))
    call.refuse(`x of shape [${x.shape}] has nothing to transform`);
  if (kind === 'irfft') return givesEvenOfEmpty([...outer, length], 'float32');
  return givesEvenOfEmpty([...outer, kind === 'rfft' ? Math.floor(length / 2) + 1 : length, 2], 'float32');
};

const absolute: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'float32');
  expectComplex(call, x);
  return gives(x.shape.slice(0, -1), 'float32');
};

export const SPECTRAL_RULES: Rules = { ComplexAbs: absolute, Fourier: transform };
