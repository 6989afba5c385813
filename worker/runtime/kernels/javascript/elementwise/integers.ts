import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';

/** Keeps the lowest bits of int32 values, which an integer of 8 or 16 bits contains. */
export const wrapInteger: PlainKernel = (backend, call, [output]) => {
  const unused = 32 - call.integer('bits');
  const isSigned = call.flag('isSigned');
  const result = makeOutput(backend, output);
  const values = valuesOf(backend, call.tensor('x'));
  const wrapped = valuesOf(backend, result);
  for (let index = 0; index < wrapped.length; index++) {
    const shifted = (values[index] ?? 0) << unused;
    wrapped[index] = isSigned ? shifted >> unused : shifted >>> unused;
  }
  return result;
};

/**
 * Passes on int32 values that represent int64 values.
 *
 * @throws KernelRefusal if a value differs by more than `tolerance` from that of the same computation in float32: the
 *   int64 value does not fit into 32 bits
 */
export const expectInt32: PlainKernel = (backend, call, [output]) => {
  const tolerance = call.number('tolerance');
  const result = makeOutput(backend, output);
  const wrapped = valuesOf(backend, call.tensor('x'));
  const approximate = valuesOf(backend, call.tensor('approximate'));
  for (let index = 0; index < wrapped.length; index++) {
    const value = approximate[index] ?? 0;
    if (!(Math.abs(value - (wrapped[index] ?? 0)) < tolerance))
      call.refuse(
        `an int64 value of about ${value} does not fit 32 bits, which is what the server computes with`,
      );
  }
  valuesOf(backend, result).set(wrapped);
  return result;
};
