import type { TensorInfo } from '@tensorflow/tfjs-core';
import { makeOutput, type PlainKernel, valuesOf } from './javascript_kernel.ts';

/** tfjs sorts with a comparison that is inconsistent for NaN and could read anywhere. Here NaN is last. */
export const topKOfNaN: PlainKernel = (backend, call, [values, indices]): TensorInfo[] | undefined => {
  const x = call.tensor('x');
  if (x.dtype !== 'float32' || !valuesOf(backend, x).some(Number.isNaN)) return undefined;
  const size = x.shape.at(-1) ?? 1;
  const k = call.integer('k');
  const largest = makeOutput(backend, values);
  const places = makeOutput(backend, indices);
  const from = valuesOf(backend, x);
  const toValues = valuesOf(backend, largest);
  const toPlaces = valuesOf(backend, places);
  for (let row = 0; row < from.length / size; row++) {
    const own = from.subarray(row * size, (row + 1) * size);
    const order = [...own.keys()].sort((a, b) => compare(own[a] ?? 0, own[b] ?? 0) || a - b).slice(0, k);
    for (const [index, place] of order.entries()) {
      toValues[row * k + index] = own[place] ?? 0;
      toPlaces[row * k + index] = place;
    }
  }
  return [largest, places];
};

function compare(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a === b ? 0 : b > a ? 1 : -1;
}
