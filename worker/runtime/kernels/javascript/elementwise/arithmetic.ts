import type { DataType } from '@tensorflow/tfjs-core';
import { broadcastOffset } from '../../broadcast_offset.ts';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';

/** Makes a kernel of an element-wise operation on two tensors of one of the dtypes, with broadcasting. */
export function binary(dtypes: readonly DataType[], compute: (a: number, b: number) => number): PlainKernel {
  return (backend, call, [output]) => {
    if (output === undefined || !dtypes.includes(output.dtype)) return undefined;
    const a = call.tensor('a');
    const b = call.tensor('b');
    const result = makeOutput(backend, output);
    const left = valuesOf(backend, a);
    const right = valuesOf(backend, b);
    const results = valuesOf(backend, result);
    const ofLeft = broadcastOffset(a.shape, result.shape);
    const ofRight = broadcastOffset(b.shape, result.shape);
    for (let index = 0; index < results.length; index++)
      results[index] = compute(left[ofLeft(index)] ?? 0, right[ofRight(index)] ?? 0);
    return result;
  };
}

/** tfjs divides as floats, which are exact only up to 2^24, or traps if the smallest integer is divided by -1. */
export const floorOfIntegers = binary(['int32'], (a, b) => Math.floor(a / b) | 0);

export const truncatedQuotient = binary(['int32'], (a, b) => (a / b) | 0);

/** The remainder with the sign of the dividend, as in C. */
export const truncatedRemainder = binary(['float32', 'int32'], (a, b) => a % b);

/**
 * The remainder with the sign of the divisor. tfjs subtracts a rounded multiple, and traps if the smallest integer is
 * divided by -1.
 */
export const flooredRemainder = binary(['float32', 'int32'], (a, b) => {
  const remainder = a % b;
  return remainder !== 0 && remainder < 0 !== b < 0 ? remainder + b : remainder;
});

/** For a power beyond 32 bits, tfjs returns the smallest integer, but TensorFlow keeps the lowest 32 bits. */
export const powerOfIntegers = binary(['int32'], integerPower);

function integerPower(base: number, exponent: number): number {
  let power = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest >>>= 1) {
    if (rest & 1) power = Math.imul(power, square);
    square = Math.imul(square, square);
  }
  return power;
}
