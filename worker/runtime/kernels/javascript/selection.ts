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

/** Whether fewer than k classes are more probable than the target. Where a probability is not finite, nobody can say. */
export const inTopK: PlainKernel = (backend, call, [output]) => {
  const predictions = call.tensor('predictions');
  const k = call.integer('k');
  const classes = predictions.shape[1] ?? 0;
  const result = makeOutput(backend, output);
  const values = valuesOf(backend, predictions);
  const targets = valuesOf(backend, call.tensor('targets'));
  const truths = valuesOf(backend, result);
  for (let row = 0; row < truths.length; row++) {
    const own = values.subarray(row * classes, (row + 1) * classes);
    const target = own[targets[row] ?? -1];
    const isKnown = target !== undefined && own.every(Number.isFinite);
    truths[row] = isKnown && own.filter((value) => value > target).length < k ? 1 : 0;
  }
  return result;
};

/** The most probable class of each step, without blanks and repetitions, and minus the sum of the values that these have. */
export const decodeGreedily: PlainKernel = (backend, call) => {
  const inputs = call.tensor('inputs');
  const [, batch = 0, classes = 0] = inputs.shape;
  const lengths = valuesOf(backend, call.tensor('lengths'));
  const blank = call.integer('blank');
  const values = valuesOf(backend, inputs);
  const rows = Array.from({ length: batch }, (): number[] => []);
  const sums = rows.map((row, index) => {
    let [sum, before] = [0, -1];
    for (let step = 0; step < (lengths[index] ?? 0); step++) {
      const start = (step * batch + index) * classes;
      let best = 0;
      for (let each = 1; each < classes; each++)
        if ((values[start + each] ?? 0) > (values[start + best] ?? 0)) best = each;
      sum -= values[start + best] ?? 0;
      if (best !== blank && !(call.flag('mergesRepeated') && best === before)) row.push(best);
      before = best;
    }
    return sum;
  });
  const count = rows.reduce((total, { length }) => total + length, 0);
  const shapes = [[count, 2], [count], [2], [batch, 1]];
  const results = shapes.map((shape, index) =>
    makeOutput(backend, { shape, dtype: index === 3 ? 'float32' : 'int32' }),
  );
  const places = rows.flatMap((row, index) => row.flatMap((_, step) => [index, step]));
  const longest = rows.reduce((most, { length }) => Math.max(most, length), 0);
  for (const [index, list] of [places, rows.flat(), [batch, longest], sums].entries()) {
    const result = results[index];
    if (result !== undefined) valuesOf(backend, result).set(list);
  }
  return results;
};
