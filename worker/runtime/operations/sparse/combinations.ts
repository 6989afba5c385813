import type { GraphNode } from '@tensorflow/tfjs-converter';
import {
  add,
  broadcastTo,
  concat,
  div,
  engine,
  exp,
  gather,
  mul,
  reshape,
  sub,
  type Tensor,
  tensor1d,
} from '@tensorflow/tfjs-core';
import { elementCount } from '../../../model/tensor.ts';
import { computeIntegers, integerType } from '../integer_types.ts';
import {
  flagAttribute,
  inputOf,
  numberInput,
  numbersInput,
  type Operation,
  type Operations,
  refuse,
} from '../operation.ts';
import {
  chosenPlaces,
  comparePlaces,
  placeNumber,
  type SparseTensor,
  sparseInput,
  sparseOutputs,
} from './sparse_tensor.ts';

/** Reduces values by the numbers of their groups. A group without values has 0. */
const grouped = (data: Tensor, groups: readonly number[], count: number, reduction: 'max' | 'sum'): Tensor =>
  engine().runKernel(
    'Segment',
    { data, ids: tensor1d([...groups], 'int32') },
    { reduction, count, ...(reduction === 'max' ? { ofNothing: 0 } : {}) },
  );

/** The values with those of a dense tensor at their places, which may broadcast to the sparse one's shape. */
const withDense =
  (compute: (a: Tensor, b: Tensor) => Tensor): Operation =>
  (node) => {
    const { places, values, shape } = sparseInput(node, 0);
    const dense = inputOf(node, 3);
    if (dense.rank > shape.length) refuse(node, `[${dense.shape}] does not broadcast to [${shape}]`);
    const whole = reshape(broadcastTo(dense, [...shape]), [-1]);
    const chosen = gather(
      whole,
      tensor1d(
        places.map((place) => placeNumber(place, shape)),
        'int32',
      ),
    );
    return computeIntegers(integerType(node, 'T'), [values, chosen], ([a = values, b = chosen]) =>
      compute(a, b),
    );
  };

/** A dense tensor with what a sparse one of the same shape has. */
const addToDense: Operation = (node) => {
  const { values, shape } = sparseInput(node, 0);
  const dense = inputOf(node, 3);
  if (String(dense.shape) !== String(shape)) refuse(node, `shapes [${shape}] and [${dense.shape}] differ`);
  return computeIntegers(integerType(node, 'T'), [dense, values], ([tensor = dense, updates = values]) =>
    engine().runKernel('TensorScatter', { tensor, indices: inputOf(node, 0), updates }, { operation: 'add' }),
  );
};

/** The sum has what either has, except for sums that are nearer to 0 than the last input. */
const addSparse: Operation = (node) => {
  const [a, b] = [sparseInput(node, 0), sparseInput(node, 3)];
  const least = numberInput(node, 6);
  if (String(a.shape) !== String(b.shape)) refuse(node, `shapes [${a.shape}] and [${b.shape}] differ`);
  const all: SparseTensor = {
    shape: a.shape,
    places: [...a.places, ...b.places],
    values: concat([a.values, b.values], 0),
  };
  const { firsts, groups } = placesOf(all);
  const sums = computeIntegers(integerType(node, 'T'), [all.values], ([values = all.values]) =>
    grouped(values, groups, firsts.length, 'sum'),
  );
  const numbers = sums.dataSync();
  const kept = [...firsts.keys()].filter((group) => !(Math.abs(numbers[group] ?? 0) < least));
  const places = firsts.map((index) => all.places[index] ?? []);
  return sparseOutputs(chosenPlaces(node, { places, values: sums, shape: a.shape }, kept));
};

/** The different places in row-major order, by one index of each, and which of them every index has. */
function placesOf({ places, shape }: Pick<SparseTensor, 'places' | 'shape'>): {
  firsts: number[];
  groups: number[];
} {
  const found = new Map<number, number>();
  for (const [index, place] of places.entries()) {
    const number = placeNumber(place, shape);
    if (!found.has(number)) found.set(number, index);
  }
  const firsts = [...found.values()].sort((one, other) =>
    comparePlaces(places[one] ?? [], places[other] ?? []),
  );
  const ranks = new Map(firsts.map((index, rank) => [placeNumber(places[index] ?? [], shape), rank]));
  return { firsts, groups: places.map((place) => ranks.get(placeNumber(place, shape)) ?? 0) };
}

/** A dense tensor of what is left of a sparse one without some of its dimensions. */
const reduced =
  (reduction: 'max' | 'sum'): Operation =>
  (node) => {
    const { places, values, shape } = sparseInput(node, 0);
    const given = numbersInput(node, 3).map((axis) => (axis < 0 ? axis + shape.length : axis));
    if (given.some((axis) => shape[axis] === undefined))
      refuse(node, `the axes [${given}] are not dimensions of [${shape}]`);
    // Without axes, TensorFlow reduces all of them.
    const isReduced = (axis: number): boolean => given.length === 0 || given.includes(axis);
    const kept = shape.map((size, axis) => (isReduced(axis) ? 1 : size));
    const numbers = places.map((place) =>
      placeNumber(
        place.map((at, axis) => (isReduced(axis) ? 0 : at)),
        kept,
      ),
    );
    const result = computeIntegers(integerType(node, 'T'), [values], ([data = values]) =>
      grouped(data, numbers, elementCount(kept), reduction),
    );
    return reshape(
      result,
      flagAttribute(node, 'keep_dims') ? kept : shape.filter((_, axis) => !isReduced(axis)),
    );
  };

/** The shares of the values of each row, which is the last dimension. */
function softmax(node: GraphNode): Tensor {
  const { places, values, shape } = sparseInput(node, 0);
  if (shape.length < 2) refuse(node, `a tensor of shape [${shape}] has no rows`);
  const outer = shape.slice(0, -1);
  const { firsts, groups } = placesOf({ shape: outer, places: places.map((place) => place.slice(0, -1)) });
  const rows = tensor1d(groups, 'int32');
  const largest = grouped(values, groups, firsts.length, 'max');
  const powers = exp(sub(values, gather(largest, rows)));
  return div(powers, gather(grouped(powers, groups, firsts.length, 'sum'), rows));
}

/** Operations that compute with the values of sparse tensors. */
export const SPARSE_COMBINATIONS: Operations = {
  SparseAdd: addSparse,
  SparseDenseCwiseAdd: withDense(add),
  SparseDenseCwiseDiv: withDense(div),
  SparseDenseCwiseMul: withDense(mul),
  SparseReduceMax: reduced('max'),
  SparseReduceSum: reduced('sum'),
  SparseSoftmax: softmax,
  SparseTensorDenseAdd: addToDense,
};
