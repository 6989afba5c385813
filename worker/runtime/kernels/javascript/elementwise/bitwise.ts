import { broadcastOffset } from '../../broadcast_offset.ts';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';

/** TensorFlow shifts by no fewer than 0 bits and by no more than an integer has but one. */
const shift = (by: number): number => Math.min(31, Math.max(0, by));

const OPERATIONS: Readonly<Record<string, (a: number, b: number) => number>> = {
  and: (a, b) => a & b,
  left: (a, b) => a << shift(b),
  or: (a, b) => a | b,
  right: (a, b) => a >> shift(b),
  xor: (a, b) => a ^ b,
};

/** Bitwise operations on int32 tensors, with broadcasting. */
export const bitwise: PlainKernel = (backend, call, [output]) => {
  const operation = OPERATIONS[call.text('operation') ?? ''];
  if (operation === undefined) return undefined;
  const [a, b] = [call.tensor('a'), call.tensor('b')];
  const result = makeOutput(backend, output);
  const [ofA, ofB] = [broadcastOffset(a.shape, result.shape), broadcastOffset(b.shape, result.shape)];
  const [left, right] = [valuesOf(backend, a), valuesOf(backend, b)];
  const bits = valuesOf(backend, result);
  for (let index = 0; index < bits.length; index++)
    bits[index] = operation(left[ofA(index)] ?? 0, right[ofB(index)] ?? 0);
  return result;
};
