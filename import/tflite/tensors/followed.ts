import { binary, multiply } from '../../builder/elementwise.ts';
import type { NodeBuilder } from '../../builder/node_builder.ts';
import { type Dimension, shapeTensor } from '../../builder/shaping.ts';
import { type TfliteTensor, typed } from './tflite_tensor.ts';

const [LEAST, MOST] = [-(2 ** 31), 2 ** 31 - 1];

/** Integers as 32 bits hold them: larger ones are ends of ranges, and become the nearest. */
export const withinBits = (value: number): number => Math.max(LEAST, Math.min(MOST, value));

/** The elements as numbers or scalars of the graph, where the tensor is of integers, small and of rank 0 or 1. */
export function followed({ elements, shape, dtype }: TfliteTensor): readonly Dimension[] | undefined {
  return shape.length <= 1 && dtype === 'int32' ? elements : undefined;
}

/** A tensor of int32 of rank 0 or 1, whose elements are known or scalars of the graph. */
export function followedTensor(
  g: NodeBuilder,
  elements: readonly Dimension[],
  isScalar = false,
): TfliteTensor {
  const [only] = elements;
  if (!isScalar) return typed(shapeTensor(g, elements.map(bounded)), 'INT32', { elements });
  const tensor = typeof only === 'object' ? only : g.integers([withinBits(only ?? 0)], []);
  return typed(tensor, 'INT32', { elements });
}

const bounded = (element: Dimension): Dimension =>
  typeof element === 'number' ? withinBits(element) : element;

/**
 * Computes on the elements of two tensors, as far as both are followed.
 *
 * @param op the operation for scalars of the graph
 * @param compute the same for numbers
 */
export function combineFollowed(
  g: NodeBuilder,
  op: string,
  one: TfliteTensor,
  other: TfliteTensor,
  compute: (left: number, right: number) => number,
): TfliteTensor | undefined {
  const [left, right] = [followed(one), followed(other)];
  if (left === undefined || right === undefined) return undefined;
  if (left.length !== right.length && left.length !== 1 && right.length !== 1) return undefined;
  const length = left.length === 1 ? right.length : left.length;
  const elements = Array.from({ length }, (_, index): Dimension => {
    const [a = 0, b = 0] = [left[left.length === 1 ? 0 : index], right[right.length === 1 ? 0 : index]];
    return typeof a === 'number' && typeof b === 'number' ? compute(a, b) : binary(g, op, a, b);
  });
  return followedTensor(g, elements, one.shape.length === 0 && other.shape.length === 0);
}

/** The product of sizes. */
export function productOf(g: NodeBuilder, sizes: readonly Dimension[]): Dimension {
  return sizes.reduce<Dimension>((product, size) => {
    if (typeof product === 'number' && typeof size === 'number') return product * size;
    if (product === 1) return size;
    return size === 1 ? product : multiply(g, product, size);
  }, 1);
}
