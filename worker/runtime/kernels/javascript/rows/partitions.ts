import { elementCount } from '../../../../model/tensor.ts';
import { stitched } from '../../gate/rules/rows/partitions.ts';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';

export const partition: PlainKernel = (backend, call, outputs) => {
  const data = call.tensor('data');
  const partitions = call.tensor('partitions');
  const size = elementCount(data.shape.slice(partitions.shape.length));
  const results = outputs.map((output) => makeOutput(backend, output));
  const rows = valuesOf(backend, data);
  const lists = results.map((result) => ({ values: valuesOf(backend, result), end: 0 }));
  valuesOf(backend, partitions).forEach((place, row) => {
    const list = lists[place];
    if (list === undefined) return;
    list.values.set(rows.subarray(row * size, (row + 1) * size), list.end);
    list.end += size;
  });
  return results;
};

/** Of rows for one place the last one stays. A place that nobody names has zeros; TensorFlow does not say what it has. */
export const stitch: PlainKernel = (backend, call, [output]) => {
  const { indices, data } = stitched(call);
  const result = makeOutput(backend, output);
  const size = elementCount(result.shape.slice(1));
  const values = valuesOf(backend, result);
  values.fill(0);
  for (const [index, places] of indices.entries()) {
    const from = data[index];
    if (from === undefined) continue;
    const rows = valuesOf(backend, from);
    valuesOf(backend, places).forEach((place, row) => {
      values.set(rows.subarray(row * size, (row + 1) * size), place * size);
    });
  }
  return result;
};

export const inversePermutation: PlainKernel = (backend, call, [output]) => {
  const result = makeOutput(backend, output);
  const places = valuesOf(backend, result);
  valuesOf(backend, call.tensor('x')).forEach((place, index) => {
    places[place] = index;
  });
  return result;
};

const COMBINATIONS: Readonly<Record<string, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  max: Math.max,
  min: Math.min,
  sub: (a, b) => a - b,
};

export const scatter: PlainKernel = (backend, call, [output]) => {
  const tensor = call.tensor('tensor');
  const indices = call.tensor('indices');
  const combine = COMBINATIONS[call.text('operation') ?? ''];
  if (combine === undefined) return call.refuse(`${String(call.text('operation'))} is not known`);
  const depth = indices.shape.at(-1) ?? 1;
  const size = elementCount(tensor.shape.slice(depth));
  const result = makeOutput(backend, output);
  const values = valuesOf(backend, result);
  const updates = valuesOf(backend, call.tensor('updates'));
  const places = valuesOf(backend, indices);
  values.set(valuesOf(backend, tensor));
  for (let row = 0; row < places.length / depth; row++) {
    let place = 0;
    for (let axis = 0; axis < depth; axis++)
      place = place * (tensor.shape[axis] ?? 1) + (places[row * depth + axis] ?? 0);
    for (let element = 0; element < size; element++) {
      const at = place * size + element;
      values[at] = combine(values[at] ?? 0, updates[row * size + element] ?? 0);
    }
  }
  return result;
};

export const reverseSequence: PlainKernel = (backend, call, [output]) => {
  const x = call.tensor('x');
  const rank = x.shape.length;
  const [sequence, batch] = [call.axis('seqDim', rank), call.axis('batchDim', rank)];
  const strideOf = (axis: number): number => elementCount(x.shape.slice(axis + 1));
  const [step, batchStep] = [strideOf(sequence), strideOf(batch)];
  const [size, batches] = [x.shape[sequence] ?? 1, x.shape[batch] ?? 1];
  const result = makeOutput(backend, output);
  const lengths = valuesOf(backend, call.tensor('lengths'));
  const values = valuesOf(backend, x);
  const reversed = valuesOf(backend, result);
  for (let index = 0; index < reversed.length; index++) {
    const place = Math.floor(index / step) % size;
    const length = lengths[Math.floor(index / batchStep) % batches] ?? 0;
    reversed[index] = values[place < length ? index + (length - 1 - 2 * place) * step : index] ?? 0;
  }
  return result;
};
