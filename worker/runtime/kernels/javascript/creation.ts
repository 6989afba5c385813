import { makeOutput, type PlainKernel, valuesOf } from './javascript_kernel.ts';

/** tfjs would first make all values outside of the heap, whose limit does not apply there. */
export const range: PlainKernel = (backend, call, [output]) => {
  const step = call.number('step');
  const result = makeOutput(backend, output);
  const values = valuesOf(backend, result);
  let value = call.number('start');
  for (let index = 0; index < values.length; index++) {
    values[index] = value;
    // TensorFlow adds in the dtype of the result.
    value = (values[index] ?? 0) + step;
  }
  return result;
};
