import { binary } from '../../builder/elementwise.ts';
import type { NodeBuilder } from '../../builder/node_builder.ts';
import { type Dimension, shapeTensor } from '../../builder/shaping.ts';
import type { SymbolicTensor } from '../../builder/symbolic_tensor.ts';
import { misfit } from '../../tensor_values/element_type.ts';
import { type ElementTypeName, isInteger, storedElement } from './element_types.ts';
import { type OnnxTensor, typed } from './onnx_tensor.ts';

const isOf32Bits = (value: number): boolean => value === (value | 0);

/** A constant of known numbers. One with integers beyond 32 bits may say where a range ends, but cannot be computed. */
export function constantFrom(
  g: NodeBuilder,
  numbers: readonly number[],
  shape: readonly number[],
  type: ElementTypeName,
): OnnxTensor {
  if (isInteger(type)) {
    const wide = numbers.find((value) => !isOf32Bits(value));
    const tensor = wide === undefined ? g.integers(numbers, shape) : unreadable(g, shape, type, wide);
    return typed(tensor, type, numbers);
  }
  if (type === 'BOOL') {
    const bytes = Uint8Array.from(numbers, (value) => (value === 0 ? 0 : 1));
    const weight = { dtype: 'bool' as const, shape, byteLength: bytes.length, read: async () => bytes };
    return typed(g.constant('constant', weight), type, numbers);
  }
  return typed(g.floats(numbers, shape), type, numbers);
}

/** A constant that refuses the model if anything is computed with it. */
function unreadable(
  g: NodeBuilder,
  shape: readonly number[],
  type: ElementTypeName,
  value: number,
): SymbolicTensor {
  const byteLength = shape.reduce((product, size) => product * size, 4);
  return g.constant('constant', {
    dtype: 'int32',
    shape,
    byteLength,
    read: async () => {
      throw misfit(storedElement(type), value, 'a constant');
    },
  });
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

/** Whether elements are followed: sizes are of these types, and narrower ones wrap around. */
export const isFollowed = (type: ElementTypeName): boolean => type === 'INT64' || type === 'INT32';

/** The elements as scalars of the graph or numbers, where the tensor is of integers, small and of rank 0 or 1. */
export function followed({ elements, shape, type }: OnnxTensor): readonly Dimension[] | undefined {
  return shape.length <= 1 && isFollowed(type) ? elements : undefined;
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
  // The graph wraps around where 32 bits do.
  if (one.type === 'INT32' && elements.some((each) => typeof each === 'number' && !isOf32Bits(each)))
    return undefined;
  return elementsTensor(g, elements, one.type, one.shape.length === 0 && other.shape.length === 0);
}
