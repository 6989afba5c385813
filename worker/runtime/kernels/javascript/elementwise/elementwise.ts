import { broadcastOffset } from '../../broadcast_offset.ts';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';

/** tfjs copies only the lowest byte: 0.5 and 256 would be false. */
export const castToBool: PlainKernel = (backend, call, [output]) => {
  if (output?.dtype !== 'bool') return undefined;
  const result = makeOutput(backend, output);
  const values = valuesOf(backend, call.tensor('x'));
  const truths = valuesOf(backend, result);
  for (let index = 0; index < truths.length; index++) truths[index] = values[index] === 0 ? 0 : 1;
  return result;
};

/** tfjs clips the bits of integers as those of floats. */
export const clipIntegers: PlainKernel = (backend, call, [output]) => {
  if (output?.dtype !== 'int32') return undefined;
  const least = call.number('clipValueMin');
  const most = call.number('clipValueMax');
  const result = makeOutput(backend, output);
  const values = valuesOf(backend, call.tensor('x'));
  const clipped = valuesOf(backend, result);
  for (let index = 0; index < clipped.length; index++)
    clipped[index] = Math.min(most, Math.max(least, values[index] ?? 0));
  return result;
};

/** tfjs applies slopes along the last dimension, whatever their shape is. */
export const prelu: PlainKernel = (backend, call, [output]) => {
  const alpha = call.tensor('alpha');
  const result = makeOutput(backend, output);
  const values = valuesOf(backend, call.tensor('x'));
  const slopes = valuesOf(backend, alpha);
  const results = valuesOf(backend, result);
  const offset = broadcastOffset(alpha.shape, result.shape);
  for (let index = 0; index < results.length; index++) {
    const value = values[index] ?? 0;
    results[index] = value >= 0 ? value : value * (slopes[offset(index)] ?? 0);
  }
  return result;
};

/** tfjs moves four bytes for each element, but a bool has one byte. */
export const selectTruths: PlainKernel = (backend, call, [output]) => {
  if (output?.dtype !== 'bool') return undefined;
  const result = makeOutput(backend, output);
  const [condition, t, e] = ['condition', 't', 'e'].map((name) => valuesOf(backend, call.tensor(name)));
  const chosen = valuesOf(backend, result);
  for (let index = 0; index < chosen.length; index++)
    chosen[index] = (condition?.[index] ? t?.[index] : e?.[index]) ?? 0;
  return result;
};
