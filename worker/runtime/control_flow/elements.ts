import {
  concat,
  type DataType,
  reshape,
  stack,
  type Tensor,
  tensor1d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { elementCount } from '../../model/tensor.ts';
import { ExecutionError } from '../loaded_model.ts';
import { EMPTY, stringTensor } from '../operations/strings/string_values.ts';
import type { ElementShape, Elements } from './held_tensors.ts';

/**
 * Returns an element, or zeros if it was not written.
 *
 * @param name the operation's name, for the message
 */
export function elementAt(name: string, list: Elements, index: number, shape: ElementShape): Tensor {
  if (index < 0 || index >= list.tensors.length)
    throw new ExecutionError(`${name}: there is no element ${index} in a list of ${list.tensors.length}`);
  const tensor = list.tensors[index];
  // Makes another tensor, since the node must not free the list's own.
  if (tensor !== undefined) return reshape(tensor, tensor.shape);
  return blank([...sizesOf(name, list, shape)], list.dtype);
}

/** Stacks elements along a new first dimension. */
export function stacked(
  name: string,
  list: Elements,
  elements: readonly (Tensor | undefined)[],
  shape: ElementShape,
): Tensor {
  const sizes = [...sizesOf(name, list, shape)];
  if (elements.length === 0) return blank([0, ...sizes], list.dtype);
  return tidy(() => {
    const whole = elements.map((element) => element ?? blank(sizes, list.dtype));
    const different = whole.find((element) => String(element.shape) !== String(sizes));
    if (different !== undefined)
      throw new ExecutionError(
        `${name}: tensors of [${sizes}] and of [${different.shape}] cannot be stacked`,
      );
    return stack(whole);
  });
}

/**
 * Concatenates the elements along their first dimension. Returns the result and an int32 tensor with the length of each
 * element.
 *
 * @param shape the shape of an element without its first dimension
 */
export function joined(name: string, list: Elements, shape: ElementShape): Tensor[] {
  const parts = list.tensors.map((tensor) => {
    if (tensor === undefined) throw new ExecutionError(`${name}: an element was never written`);
    if (tensor.rank === 0) throw new ExecutionError(`${name}: scalars cannot be joined`);
    return tensor;
  });
  const lengths = tensor1d(
    parts.map((part) => part.shape[0] ?? 0),
    'int32',
  );
  const filled = parts.filter((part) => part.size > 0);
  if (filled.length === 0) {
    const sizes = parts[0]?.shape.slice(1) ?? shape ?? list.shape?.slice(1) ?? [];
    return [blank([0, ...sizes.map((size) => Math.max(size, 0))], list.dtype), lengths];
  }
  return [concat(filled, 0), lengths];
}

/** Zeros, or empty strings. */
function blank(sizes: number[], dtype: DataType): Tensor {
  if (dtype !== 'string') return zeros(sizes, dtype);
  return stringTensor(
    'a list',
    Array.from({ length: elementCount(sizes) }, () => EMPTY),
    sizes,
  );
}

/** Returns the shape of an element: that of a written element, or else the requested one or the list's. */
function sizesOf(name: string, list: Elements, shape: ElementShape): readonly number[] {
  const written = list.tensors.find((tensor) => tensor !== undefined)?.shape;
  if (written !== undefined) return written;
  const known = [shape, list.shape].filter((sizes) => sizes !== undefined);
  const whole = known.find((sizes) => sizes.every((size) => size >= 0)) ?? merged(known);
  if (whole?.every((size) => size >= 0)) return whole;
  // TensorFlow requires the sizes too.
  throw new ExecutionError(`${name}: the size of the list's elements is unknown`);
}

function merged([first, second]: readonly (readonly number[])[]): readonly number[] | undefined {
  if (first === undefined || second === undefined || first.length !== second.length) return first;
  return first.map((size, axis) => (size >= 0 ? size : (second[axis] ?? -1)));
}
