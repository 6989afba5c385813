import { broadcastOffset } from '../../broadcast_offset.ts';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';

const OPERATIONS: Readonly<Record<string, (a: number, b: number) => number>> = {
  and: (a, b) => a & b,
  or: (a, b) => a | b,
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
