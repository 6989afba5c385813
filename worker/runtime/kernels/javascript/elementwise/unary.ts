import type { DataType } from '@tensorflow/tfjs-core';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';

/** One value from each, of tensors of this dtype; the heap rounds to it. */
function unary(dtype: DataType, compute: (value: number) => number): PlainKernel {
  return (backend, call, [output]) => {
    if (output?.dtype !== dtype) return undefined;
    const result = makeOutput(backend, output);
    const values = valuesOf(backend, call.tensor('x'));
    const results = valuesOf(backend, result);
    for (let index = 0; index < results.length; index++) results[index] = compute(values[index] ?? 0);
    return result;
  };
}

/** tfjs computes integers as floats, which are exact up to 2^24. The least integer has no negative: it stays. */
export const absoluteOfIntegers = unary('int32', (value) => Math.abs(value) | 0);
export const negativeOfIntegers = unary('int32', (value) => -value | 0);

/** tfjs adds 1 first, which leaves nothing of a small value. */
export const logOfOnePlus = unary('float32', Math.log1p);

/** tfjs takes small values for 0. */
export const sign = unary('float32', Math.sign);

/** tfjs is off by 2e-7, however small the result is, and by more for large values. */
export const sine = unary('float32', Math.sin);
export const cosine = unary('float32', Math.cos);
