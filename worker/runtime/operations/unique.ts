import { gather, type Tensor, tensor, tensor1d } from '@tensorflow/tfjs-core';
import { elementCount } from '../../model/tensor.ts';
import { inputOf, numbersInput, type Operation, refuse } from './operation.ts';
import { type Bytes, keyOf, stringsOf, stringTensor } from './strings/string_values.ts';

/**
 * Returns the distinct elements in the order of their first occurrence, the index of each element among them, and their
 * counts.
 */
export const unique: Operation = (node) => {
  const x = inputOf(node, 0);
  const axes = node.inputs.length > 1 ? numbersInput(node, 1) : [];
  if (x.rank === 1) return x.dtype === 'string' ? uniqueStrings(x) : uniqueNumbers(x);
  if (axes.length === 0) refuse(node, `a tensor of shape [${x.shape}] is not a list, and no axis is named`);
  if (x.dtype === 'string') refuse(node, 'strings are compared in lists alone');
  const [given = 0, ...more] = axes;
  const axis = given < 0 ? given + x.rank : given;
  if (more.length > 0 || x.shape[axis] === undefined)
    refuse(node, `the axis [${axes}] is not a dimension of a tensor of shape [${x.shape}]`);
  return uniqueParts(x, axis);
};

/** The same of the parts of a tensor along an axis. A part with a NaN equals no other one. */
function uniqueParts(x: Tensor, axis: number): Tensor[] {
  const values = x.dataSync();
  const count = x.shape[axis] ?? 0;
  const inner = elementCount(x.shape.slice(axis + 1));
  const found = new Map<string, number>();
  const firsts: number[] = [];
  const places = Int32Array.from({ length: count }, (_, part) => {
    const elements: number[] = [];
    for (let from = part * inner; from < values.length; from += count * inner)
      for (let each = from; each < from + inner; each++) elements.push(values[each] ?? 0);
    const key = elements.join();
    const known = elements.some(Number.isNaN) ? undefined : found.get(key);
    if (known !== undefined) return known;
    found.set(key, firsts.length);
    return firsts.push(part) - 1;
  });
  return [
    gather(x, tensor1d(firsts, 'int32'), axis),
    tensor(places, [count], 'int32'),
    countsOf(places, firsts.length),
  ];
}

function uniqueNumbers(x: Tensor): Tensor[] {
  const found = new Map<number, number>();
  const firsts: number[] = [];
  const values = x.dataSync();
  const places = Int32Array.from(values, (value, index) => {
    // NaN equals nothing, not even itself.
    const known = Number.isNaN(value) ? undefined : found.get(value);
    if (known !== undefined) return known;
    found.set(value, firsts.length);
    return firsts.push(index) - 1;
  });
  const distinct = x.dtype === 'float32' ? new Float32Array(firsts.length) : new Int32Array(firsts.length);
  for (const [place, index] of firsts.entries()) distinct[place] = values[index] ?? 0;
  const dtype = x.dtype === 'bool' ? 'bool' : x.dtype === 'float32' ? 'float32' : 'int32';
  return [
    tensor(dtype === 'bool' ? Uint8Array.from(distinct) : distinct, [firsts.length], dtype),
    tensor(places, x.shape, 'int32'),
    countsOf(places, firsts.length),
  ];
}

function uniqueStrings(x: Tensor): Tensor[] {
  const found = new Map<string, number>();
  const distinct: Bytes[] = [];
  const places = Int32Array.from(stringsOf(x), (value) => {
    const key = keyOf(value);
    const known = found.get(key);
    if (known !== undefined) return known;
    found.set(key, distinct.length);
    return distinct.push(value) - 1;
  });
  return [
    stringTensor('Unique', distinct, [distinct.length]),
    tensor(places, x.shape, 'int32'),
    countsOf(places, distinct.length),
  ];
}

function countsOf(places: ArrayLike<number>, count: number): Tensor {
  const counts = new Int32Array(count);
  for (let index = 0; index < places.length; index++) {
    const place = places[index] ?? 0;
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return tensor(counts, [count], 'int32');
}
