import { LARGEST_FLOAT32 } from '../../../model/dtype.ts';
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

/** The logarithm of the sum of two exponential functions. */
function logSumExp(a: number, b: number): number {
  const least = Math.min(a, b);
  const most = Math.max(a, b);
  // The difference of two infinities is not a number.
  return Number.isFinite(most) ? most + Math.log1p(Math.exp(least - most)) : most;
}

/** TensorFlow begins with the lowest float and not with minus infinity. */
export const cumulativeLogSumExp: PlainKernel = (backend, call, [output]) => {
  const x = call.tensor('x');
  const axis = call.axis('axis', x.shape.length);
  const length = x.shape[axis] ?? 1;
  const stride = elementCount(x.shape.slice(axis + 1));
  const isExclusive = call.flag('exclusive');
  const isReversed = call.flag('reverse');
  const result = makeOutput(backend, output);
  const values = valuesOf(backend, x);
  const sums = valuesOf(backend, result);
  for (let row = 0; row < values.length / length; row++) {
    const first = Math.floor(row / stride) * stride * length + (row % stride);
    let sum = -LARGEST_FLOAT32;
    for (let step = 0; step < length; step++) {
      const place = first + (isReversed ? length - 1 - step : step) * stride;
      const next = logSumExp(sum, values[place] ?? 0);
      sums[place] = isExclusive ? sum : next;
      sum = next;
    }
  }
  return result;
};
