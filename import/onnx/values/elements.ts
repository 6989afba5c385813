import { binary } from '../../builder/elementwise.ts';
import type { NodeBuilder } from '../../builder/node_builder.ts';
import { type Dimension, shapeTensor } from '../../builder/shaping.ts';
import { type ElementTypeName, isInteger } from './element_types.ts';
import { type OnnxTensor, typed } from './onnx_tensor.ts';

const [LEAST, MOST] = [-(2 ** 31), 2 ** 31 - 1];

/** A constant of known numbers. Integers beyond 32 bits, which are ends of ranges, become the nearest of these. */
export function constantFrom(
  g: NodeBuilder,
  numbers: readonly number[],
  shape: readonly number[],
  type: ElementTypeName,
): OnnxTensor {
  if (isInteger(type)) {
    const narrowed = numbers.map((value) => Math.max(LEAST, Math.min(MOST, value)));
    return typed(g.integers(narrowed, shape), type, numbers);
  }
  if (type === 'BOOL') {
    const bytes = Uint8Array.from(numbers, (value) => (value === 0 ? 0 : 1));
    const weight = { dtype: 'bool' as const, shape, byteLength: bytes.length, read: async () => bytes };
    return typed(g.constant('constant', weight), type, numbers);
  }
  return typed(g.floats(numbers, shape), type, numbers);
}

/** A tensor of rank 0 or 1 whose elements are known or scalars of the graph. */
export function elementsTensor(
  g: NodeBuilder,
  elements: readonly Dimension[],
  type: ElementTypeName,
  isScalar = false,
): OnnxTensor {
  const numbers = elements.filter((element) => typeof element === 'number');
  if (numbers.length === elements.length) {
    return constantFrom(g, numbers, isScalar ? [] : [numbers.length], type);
  }
  const [only] = elements;
  const tensor = isScalar && typeof only === 'object' ? only : shapeTensor(g, elements);
  return typed(tensor, type, elements);
}

/** The elements as scalars of the graph or numbers, where the tensor is of integers, small and of rank 0 or 1. */
export function followed({ elements, shape, type }: OnnxTensor): readonly Dimension[] | undefined {
  return shape.length <= 1 && isInteger(type) ? elements : undefined;
}

/**
 * Computes on the elements of two tensors of rank 0 or 1, as far as both are followed.
 *
 * @param op the operation for scalars of the graph
 * @param compute the same for numbers
 */
export function combineElements(
  g: NodeBuilder,
  op: string,
  one: OnnxTensor,
  other: OnnxTensor,
  compute: (left: number, right: number) => number,
): OnnxTensor | undefined {
  const [left, right] = [followed(one), followed(other)];
  if (left === undefined || right === undefined) return undefined;
  const length = Math.max(left.length, right.length);
  if (left.length !== right.length && Math.min(left.length, right.length) !== 1) return undefined;
  const elements = Array.from({ length }, (_, index): Dimension => {
    const a = left[left.length === 1 ? 0 : index] ?? 0;
    const b = right[right.length === 1 ? 0 : index] ?? 0;
    return typeof a === 'number' && typeof b === 'number' ? compute(a, b) : binary(g, op, a, b);
  });
  return elementsTensor(g, elements, one.type, one.shape.length === 0 && other.shape.length === 0);
}
