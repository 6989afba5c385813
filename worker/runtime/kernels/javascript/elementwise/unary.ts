import type { DataType } from '@tensorflow/tfjs-core';
import { bucketBoundaries } from '../../gate/rules/elementwise/unary.ts';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';

/** Makes a kernel of an element-wise operation on tensors of one dtype. Storing a result rounds it to the dtype. */
export function unary(dtype: DataType, compute: (value: number) => number): PlainKernel {
  return (backend, call, [output]) => {
    if (output?.dtype !== dtype) return undefined;
    const result = makeOutput(backend, output);
    const values = valuesOf(backend, call.tensor('x'));
    const results = valuesOf(backend, result);
    for (let index = 0; index < results.length; index++) results[index] = compute(values[index] ?? 0);
    return result;
  };
}

/**
 * tfjs computes integers as floats, which are exact only up to 2^24. The smallest integer has no negative and stays.
 */
export const absoluteOfIntegers = unary('int32', (value) => Math.abs(value) | 0);
export const negativeOfIntegers = unary('int32', (value) => -value | 0);

/** tfjs adds 1 first, which loses small values. */
export const logOfOnePlus = unary('float32', Math.log1p);

/** tfjs treats small values as 0. */
export const sign = unary('float32', Math.sign);

/** tfjs has an absolute error of 2e-7 even for small results, and a larger one for large values. */
export const sine = unary('float32', Math.sin);
export const cosine = unary('float32', Math.cos);

/** How many of the boundaries are not above each value. As in C++'s upper_bound, none is above NaN. */
export const bucketize: PlainKernel = (backend, call, [output]) => {
  const boundaries = bucketBoundaries(call);
  const result = makeOutput(backend, output);
  const values = valuesOf(backend, call.tensor('x'));
  const buckets = valuesOf(backend, result);
  for (let index = 0; index < buckets.length; index++) {
    const value = values[index] ?? 0;
    let [from, to] = [0, boundaries.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (value < (boundaries[middle] ?? 0)) to = middle;
      else from = middle + 1;
    }
    buckets[index] = from;
  }
  return result;
};
