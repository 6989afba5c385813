import { elementCount } from '../../../model/tensor.ts';
import { newAxis } from '../gate/rules/indexing.ts';
import { makeOutput, type PlainKernel, valuesOf } from './javascript_kernel.ts';

/** Gathers within each of several batches. tfjs computes positions that depend on the number of batches. */
export const gatherInBatches: PlainKernel = (backend, call, [output]) => {
  const batchDims = call.integer('batchDims');
  if (batchDims === 0) return undefined;
  const x = call.tensor('x');
  const indices = call.tensor('indices');
  const axis = call.axis('axis', x.shape.length);
  const batches = elementCount(x.shape.slice(0, batchDims));
  const outer = elementCount(x.shape.slice(batchDims, axis));
  const size = x.shape[axis] ?? 0;
  const inner = elementCount(x.shape.slice(axis + 1));
  const count = elementCount(indices.shape.slice(batchDims));
  const result = makeOutput(backend, output);
  const from = valuesOf(backend, x);
  const places = valuesOf(backend, indices);
  const to = valuesOf(backend, result);
  let position = 0;
  for (let batch = 0; batch < batches; batch++) {
    for (let each = 0; each < outer; each++) {
      const start = (batch * outer + each) * size;
      for (let index = 0; index < count; index++) {
        const row = (start + (places[batch * count + index] ?? 0)) * inner;
        for (let element = row; element < row + inner; element++) to[position++] = from[element] ?? 0;
      }
    }
  }
  return result;
};

/** tfjs writes 32-bit integers for every dtype, and makes the new dimension the last one for every axis. */
export const oneHot: PlainKernel = (backend, call, [output]) => {
  const indices = call.tensor('indices');
  const depth = call.integer('depth');
  const onValue = call.number('onValue');
  const axis = newAxis(call, indices.shape.length);
  const inner = elementCount(indices.shape.slice(axis));
  const result = makeOutput(backend, output);
  const values = valuesOf(backend, result);
  values.fill(call.number('offValue'));
  valuesOf(backend, indices).forEach((index, place) => {
    if (index < 0 || index >= depth) return;
    const row = Math.floor(place / inner);
    values[(row * depth + index) * inner + (place % inner)] = onValue;
  });
  return result;
};
