import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm.js';
import { slice_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { elementCount } from '../../../model/tensor.ts';
import { denseStrides } from '../webassembly/strided_copy.ts';
import { makeOutput, type PlainKernel, valuesOf } from './javascript_kernel.ts';

/** tfjs moves four bytes for each element, but a bool has one byte. */
export const reverseTruths: PlainKernel = (backend, call, [output]) => {
  if (output?.dtype !== 'bool') return undefined;
  const x = call.tensor('x');
  const axes = call.axes('dims', x.shape.length);
  const strides = denseStrides(x.shape);
  const starts = x.shape.map((size, axis) => (axes.includes(axis) ? size - 1 : 0));
  const steps = strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride));
  const start = starts.reduce((offset, place, axis) => offset + place * (strides[axis] ?? 0), 0);
  const result = makeOutput(backend, output);
  take(valuesOf(backend, x), valuesOf(backend, result), start, steps, x.shape);
  return result;
};

/** tfjs does not treat a first size of -1 as the rest. */
export const splitWithRest: PlainKernel = (backend, call, outputs) => {
  if (!call.integers('numOrSizeSplits').includes(-1)) return undefined;
  const x = call.tensor('x');
  const axis = call.axis('axis', x.shape.length);
  const steps = denseStrides(x.shape);
  let start = 0;
  return outputs.map((output) => {
    const from = start;
    start += (output.shape[axis] ?? 0) * (steps[axis] ?? 0);
    if (x.dtype === 'string') return takeStrings(backend, x, output.shape, from, steps, output.shape);
    const result = makeOutput(backend, output);
    take(valuesOf(backend, x), valuesOf(backend, result), from, steps, output.shape);
    return result;
  });
};

/** tfjs returns float32 for every dtype. */
export const stridedSlice: PlainKernel = (backend, call, [output]) => {
  const x = call.tensor('x');
  const masks = ['beginMask', 'endMask', 'ellipsisMask', 'newAxisMask', 'shrinkAxisMask'].map((name) =>
    call.integer(name),
  );
  const [beginMask = 0, endMask = 0, ellipsisMask = 0, newAxisMask = 0, shrinkAxisMask = 0] = masks;
  const { begin, end, strides } = slice_util.sliceInfo(
    x.shape,
    [...call.integers('begin')],
    [...call.integers('end')],
    [...call.integers('strides')],
    beginMask,
    endMask,
    ellipsisMask,
    newAxisMask,
    shrinkAxisMask,
  );
  const dense = denseStrides(x.shape);
  const sizes = begin.map((first, axis) =>
    Math.max(0, Math.ceil(((end[axis] ?? first) - first) / (strides[axis] ?? 1))),
  );
  const steps = dense.map((stride, axis) => stride * (strides[axis] ?? 1));
  const start = begin.reduce((offset, first, axis) => offset + first * (dense[axis] ?? 0), 0);
  if (output === undefined || elementCount(sizes) !== elementCount(output.shape))
    throw new Error('a slice has other elements than its shape');
  if (x.dtype === 'string') return takeStrings(backend, x, output.shape, start, steps, sizes);
  const result = makeOutput(backend, output);
  take(valuesOf(backend, x), valuesOf(backend, result), start, steps, sizes);
  return result;
};

function takeStrings(
  backend: BackendWasm,
  x: TensorInfo,
  shape: readonly number[],
  start: number,
  steps: readonly number[],
  sizes: readonly number[],
): TensorInfo {
  const strings = backend.dataIdMap.get(x.dataId).stringBytes;
  if (strings === undefined) throw new Error('a tensor of strings has none');
  const taken: Uint8Array[] = new Array(elementCount(sizes));
  take(strings, taken, start, steps, sizes);
  const result = backend.makeOutput([...shape], 'string');
  Object.assign(backend.dataIdMap.get(result.dataId), { stringBytes: taken });
  return result;
}

/** Copies strided elements to consecutive positions. */
function take<Value>(
  from: { readonly [index: number]: Value },
  to: { [index: number]: Value },
  start: number,
  steps: readonly number[],
  sizes: readonly number[],
): void {
  const count = elementCount(sizes);
  const place = sizes.map(() => 0);
  let offset = start;
  for (let index = 0; index < count; index++) {
    const value = from[offset];
    if (value !== undefined) to[index] = value;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      const next = (place[axis] ?? 0) + 1;
      offset += steps[axis] ?? 0;
      if (next < (sizes[axis] ?? 0)) {
        place[axis] = next;
        break;
      }
      offset -= next * (steps[axis] ?? 0);
      place[axis] = 0;
    }
  }
}
