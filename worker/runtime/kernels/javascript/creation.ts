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

/** Both ends are exact, and each value comes of the first one: tfjs adds the step up, and its errors with it. */
export const linSpace: PlainKernel = (backend, call, [output]) => {
  const start = call.number('start');
  const stop = call.number('stop');
  const result = makeOutput(backend, output);
  const values = valuesOf(backend, result);
  const last = values.length - 1;
  const step = Math.fround(Math.fround(stop - start) / last);
  for (let index = 0; index < last; index++) values[index] = start + Math.fround(step * index);
  values[last] = last === 0 ? start : stop;
  return result;
};
