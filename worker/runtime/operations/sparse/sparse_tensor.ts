import type { GraphNode } from '@tensorflow/tfjs-converter';
import { type Tensor, tensor, tensor1d } from '@tensorflow/tfjs-core';
import { chosenElements } from '../chosen_elements.ts';
import { inputOf, operationName, refuse } from '../operation.ts';

/** The places of a tensor that have values, in row-major order unless an operation says otherwise. */
export interface SparseTensor {
  /** A number for each dimension. */
  readonly places: readonly (readonly number[])[];
  /** A list of as many elements as there are places. */
  readonly values: Tensor;
  readonly shape: readonly number[];
}

/**
 * Reads a sparse tensor of the inputs of a node. Its places are read from the heap, so that a plan applies to them alone.
 *
 * @param first the input with the places, before or among those with the values and the shape
 * @throws ExecutionError if they do not fit, or a place is outside of the shape
 */
export function sparseInput(node: GraphNode, first: number, apart = 1): SparseTensor {
  const indices = inputOf(node, first);
  const values = inputOf(node, first + apart);
  const sizes = inputOf(node, first + 2 * apart);
  const shape = Array.from(sizes.dataSync(), Number);
  const [count = 0, rank = 0, ...more] = indices.shape;
  if (indices.rank !== 2 || more.length > 0 || sizes.rank !== 1 || rank !== shape.length)
    refuse(node, `indices of shape [${indices.shape}] are no places of a tensor of shape [${shape}]`);
  if (values.rank !== 1 || values.size !== count)
    refuse(node, `values of shape [${values.shape}] are not one for each of ${count} places`);
  const numbers = indices.dataSync();
  const places = Array.from({ length: count }, (_, index) =>
    Array.from({ length: rank }, (__, axis) => numbers[index * rank + axis] ?? 0),
  );
  const outside = places.find((place) => place.some((at, axis) => at < 0 || at >= (shape[axis] ?? 0)));
  if (outside !== undefined) refuse(node, `the place [${outside}] is outside of the shape [${shape}]`);
  return { places, values, shape };
}

/** The three outputs of a sparse tensor: its places, its values and its shape. */
export function sparseOutputs({ places, values, shape }: SparseTensor): [Tensor, Tensor, Tensor] {
  return [
    tensor(Int32Array.from(places.flat()), [places.length, shape.length], 'int32'),
    values,
    tensor1d([...shape], 'int32'),
  ];
}

/** Compares places in row-major order. */
export function comparePlaces(one: readonly number[], other: readonly number[]): number {
  for (const [axis, at] of one.entries()) {
    const difference = at - (other[axis] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The same tensor with only some of its places, in this order. */
export function chosenPlaces(node: GraphNode, sparse: SparseTensor, order: readonly number[]): SparseTensor {
  return {
    places: order.map((index) => sparse.places[index] ?? []),
    values: chosenElements(operationName(node), sparse.values, order),
    shape: sparse.shape,
  };
}

/** The same tensor in row-major order. */
export function reordered(node: GraphNode, sparse: SparseTensor): SparseTensor {
  const { places } = sparse;
  const order = [...places.keys()].sort(
    (one, other) => comparePlaces(places[one] ?? [], places[other] ?? []) || one - other,
  );
  return chosenPlaces(node, sparse, order);
}

/** The number of a place in row-major order. */
export const placeNumber = (place: readonly number[], shape: readonly number[]): number =>
  place.reduce((number, at, axis) => number * (shape[axis] ?? 1) + at, 0);
