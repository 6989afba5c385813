import { scalar, slice, type Tensor, unstack } from '@tensorflow/tfjs-core';
import { fitsShape } from '../../model/tensor.ts';
import { ExecutionError } from '../loaded_model.ts';
import { elementAt, joined, stacked } from './elements.ts';
import type { ElementShape, HeldTensors } from './held_tensors.ts';
import { dtypeAttribute, type ListCall, numberAttribute } from './list_call.ts';

/** @returns the operation's outputs in order, not held yet */
export type ListOperation = (call: ListCall, held: HeldTensors) => Tensor[];

const MOST_ELEMENTS = 2 ** 24;

/** TensorFlow's operations on TensorLists. They never change a list, but make another. */
export const LIST_OPERATIONS: Readonly<Record<string, ListOperation>> = {
  EmptyTensorList: (call, held) => [added(held, call, shapeInput(call, 0), [])],
  TensorListReserve: (call, held) => [
    added(held, call, shapeInput(call, 0), emptyElements(call, numberInput(call, 1))),
  ],
  TensorListFromTensor: (call, held) => [added(held, call, shapeInput(call, 1), rows(call.input(0)))],
  TensorListStack: (call, held) => {
    const list = held.list(call.input(0));
    const count = numberAttribute(call, 'num_elements', -1);
    if (count >= 0 && count !== list.tensors.length)
      throw new ExecutionError(`${call.name}: a list of ${list.tensors.length} tensors has to have ${count}`);
    return [stacked(call.name, list, list.tensors, shapeInput(call, 1))];
  },
  TensorListGetItem: (call, held) => [
    elementAt(call.name, held.list(call.input(0)), numberInput(call, 1), shapeInput(call, 2)),
  ],
  TensorListSetItem: (call, held) => {
    const list = held.list(call.input(0));
    const index = numberInput(call, 1);
    const tensors = [...list.tensors];
    const mayGrow = call.attribute('resize_if_index_out_of_bounds')?.b === true && index < MOST_ELEMENTS;
    if (index < 0 || (index >= tensors.length && !mayGrow))
      throw new ExecutionError(`${call.name}: there is no element ${index} in a list of ${tensors.length}`);
    while (tensors.length < index) tensors.push(undefined);
    tensors[index] = fitting(call, list.shape, call.input(2));
    return [held.addList({ ...list, tensors })];
  },
  TensorListPushBack: (call, held) => {
    const list = held.list(call.input(0));
    return [held.addList({ ...list, tensors: [...list.tensors, fitting(call, list.shape, call.input(1))] })];
  },
  TensorListPopBack: (call, held) => {
    const list = held.list(call.input(0));
    const last = elementAt(call.name, list, list.tensors.length - 1, shapeInput(call, 1));
    return [held.addList({ ...list, tensors: list.tensors.slice(0, -1) }), last];
  },
  TensorListLength: (call, held) => [scalar(held.list(call.input(0)).tensors.length, 'int32')],
  TensorListResize: (call, held) => {
    const list = held.list(call.input(0));
    const missing = emptyElements(call, numberInput(call, 1)).slice(list.tensors.length);
    const tensors = [...list.tensors.slice(0, numberInput(call, 1)), ...missing];
    return [held.addList({ ...list, tensors })];
  },
  TensorListGather: (call, held) => {
    const list = held.list(call.input(0));
    const picked = numbersInput(call, 1).map((index) => {
      if (index < 0 || index >= list.tensors.length)
        throw new ExecutionError(`${call.name}: there is no element ${index} to gather`);
      return list.tensors[index];
    });
    return [stacked(call.name, list, picked, shapeInput(call, 2))];
  },
  TensorListScatter: (call, held) => [added(held, call, shapeInput(call, 2), scattered(call, 0, 1, []))],
  TensorListScatterV2: (call, held) => {
    const reserved = emptyElements(call, Math.max(0, numberInput(call, 3)));
    return [added(held, call, shapeInput(call, 2), scattered(call, 0, 1, reserved))];
  },
  TensorListScatterIntoExistingList: (call, held) => {
    const list = held.list(call.input(0));
    return [held.addList({ ...list, tensors: scattered(call, 1, 2, list.tensors) })];
  },
  TensorListSplit: (call, held) => [added(held, call, shapeInput(call, 1), pieces(call, 0, 2))],
  TensorListConcat: (call, held) => joined(call.name, held.list(call.input(0)), undefined),
  TensorListConcatV2: (call, held) =>
    joined(call.name, held.list(call.input(0)), shapeInput(call, 1)?.slice(1)),
};

function added(
  held: HeldTensors,
  call: ListCall,
  shape: ElementShape,
  tensors: (Tensor | undefined)[],
): Tensor {
  for (const tensor of tensors) if (tensor !== undefined) fitting(call, shape, tensor);
  const dtype = dtypeAttribute(call, 'element_dtype') ?? tensors.find((one) => one !== undefined)?.dtype;
  return held.addList({ dtype: dtype ?? 'float32', shape, tensors });
}

/** @throws ExecutionError if the tensor does not fit the elements' shape */
function fitting(call: ListCall, shape: ElementShape, tensor: Tensor): Tensor {
  const fits = shape === undefined || fitsShape(tensor.shape, shape);
  if (fits) return tensor;
  throw new ExecutionError(`${call.name}: a tensor of [${tensor.shape}] does not fit a list of [${shape}]`);
}

/** Unstacks a tensor along its first dimension. */
function rows(tensor: Tensor): Tensor[] {
  if (tensor.rank === 0) throw new ExecutionError('a scalar cannot be split into a list');
  return tensor.shape[0] === 0 ? [] : unstack(tensor);
}

/** Returns the elements with the rows of the tensor at the indices. */
export function scattered(
  call: ListCall,
  tensor: number,
  indices: number,
  elements: readonly (Tensor | undefined)[],
): (Tensor | undefined)[] {
  const values = rows(call.input(tensor));
  const places = numbersInput(call, indices);
  if (values.length !== places.length)
    throw new ExecutionError(`${call.name}: ${values.length} tensors have ${places.length} indices`);
  const result = [...elements];
  for (const [number, index] of places.entries()) {
    if (index < 0 || index >= MOST_ELEMENTS) throw new ExecutionError(`${call.name}: the index ${index}`);
    while (result.length < index) result.push(undefined);
    result[index] = values[number];
  }
  return result;
}

/** Splits a tensor along its first dimension into pieces of the given lengths. */
export function pieces(call: ListCall, tensor: number, lengths: number): Tensor[] {
  const whole = call.input(tensor);
  const sizes = numbersInput(call, lengths);
  const sum = sizes.reduce((total, size) => total + size, 0);
  if (whole.rank === 0 || sum !== whole.shape[0] || sizes.some((size) => size < 0))
    throw new ExecutionError(`${call.name}: pieces of [${sizes}] do not make a tensor of [${whole.shape}]`);
  let start = 0;
  return sizes.map((size) => {
    const begin = [start, ...whole.shape.slice(1).map(() => 0)];
    start += size;
    return slice(whole, begin, [size, ...whole.shape.slice(1)]);
  });
}

export function emptyElements(call: ListCall, count: number): undefined[] {
  if (count < 0 || count > MOST_ELEMENTS)
    throw new ExecutionError(`${call.name}: there is no list of ${count} tensors`);
  return Array.from({ length: count }, () => undefined);
}

export function numberInput(call: ListCall, index: number): number {
  const [value, ...more] = numbersInput(call, index);
  if (value === undefined || more.length > 0)
    throw new ExecutionError(`${call.name}: the input ${index} is not one number`);
  return value;
}

export function numbersInput(call: ListCall, index: number): number[] {
  return Array.from(call.input(index).dataSync(), Number);
}

/** Reads a shape: a list of sizes, or the scalar -1 for any shape. */
function shapeInput(call: ListCall, index: number): ElementShape {
  return call.input(index).rank === 0 ? undefined : numbersInput(call, index);
}
