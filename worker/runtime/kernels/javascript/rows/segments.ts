import { elementCount } from '../../../../model/tensor.ts';
import { ofNoRows, segmentReduction } from '../../gate/rules/rows/segments.ts';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';

/** Puts rows together by their segments. tfjs has none of TensorFlow's reductions of segments but two. */
export const segment: PlainKernel = (backend, call, [output]) => {
  const data = call.tensor('data');
  const ids = call.tensor('ids');
  const reduction = segmentReduction(call);
  const ofNothing = ofNoRows(call);
  const size = elementCount(data.shape.slice(ids.shape.length));
  const result = makeOutput(backend, output);
  const values = valuesOf(backend, data);
  const segments = valuesOf(backend, ids);
  const results = valuesOf(backend, result);
  const counts = new Uint32Array(size === 0 ? 0 : results.length / size);
  const isInteger = data.dtype === 'int32';
  const combine = combination(reduction, isInteger);
  results.fill(ofNothing);
  segments.forEach((id, row) => {
    if (id < 0) return;
    const isFirst = counts[id] === 0;
    counts[id] = (counts[id] ?? 0) + 1;
    for (let element = 0; element < size; element++) {
      const value = values[row * size + element] ?? 0;
      const place = id * size + element;
      // Written into the result at each step, it is rounded, or wraps, as TensorFlow's own type does.
      results[place] = isFirst ? value : combine(results[place] ?? 0, value);
    }
  });
  if (reduction === 'mean' || reduction === 'sqrtn')
    for (let place = 0; place < results.length; place++) {
      const count = counts[Math.floor(place / size)] ?? 0;
      if (count > 1)
        results[place] = (results[place] ?? 0) / (reduction === 'mean' ? count : Math.sqrt(count));
    }
  return result;
};

function combination(reduction: string, isInteger: boolean): (a: number, b: number) => number {
  switch (reduction) {
    case 'max':
      return Math.max;
    case 'min':
      return Math.min;
    case 'prod':
      return isInteger ? Math.imul : (a, b) => a * b;
    default:
      return (a, b) => a + b;
  }
}
