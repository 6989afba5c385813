import { elementCount } from '../../../model/tensor.ts';
import { denseStrides } from '../webassembly/strided_copy.ts';
import { makeOutput, type PlainKernel, valuesOf } from './javascript_kernel.ts';

/** tfjs returns float32, but TensorFlow rounds toward zero. */
export const meanOfIntegers: PlainKernel = (backend, call, [output]) => {
  if (output?.dtype !== 'int32') return undefined;
  const x = call.tensor('x');
  const axes = call.axes('axis', x.shape.length);
  const reduced = elementCount(axes.map((axis) => x.shape[axis] ?? 1));
  const kept = denseStrides(x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)));
  const steps = kept.map((stride, axis) => (axes.includes(axis) ? 0 : stride));
  const strides = denseStrides(x.shape);
  const result = makeOutput(backend, output);
  const values = valuesOf(backend, x);
  const sums = new Float64Array(elementCount(output.shape));
  values.forEach((value, index) => {
    let to = 0;
    for (const [axis, stride] of strides.entries())
      to += (Math.floor(index / stride) % (x.shape[axis] ?? 1)) * (steps[axis] ?? 0);
    sums[to] = (sums[to] ?? 0) + value;
  });
  valuesOf(backend, result).set(sums.map((sum) => Math.trunc(sum / reduced)));
  return result;
};
