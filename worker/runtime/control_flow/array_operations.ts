import { scalar, type Tensor } from '@tensorflow/tfjs-core';
import { ExecutionError } from '../loaded_model.ts';
import { elementAt, joined, stacked } from './elements.ts';
import type { Elements, HeldTensors } from './held_tensors.ts';
import { dtypeAttribute, shapeAttribute } from './list_call.ts';
import {
  emptyElements,
  type ListOperation,
  numberInput,
  numbersInput,
  pieces,
  scattered,
} from './list_operations.ts';

/**
 * TensorFlow's operations on TensorArrays, which are mutable. Each operation returns a flow, which orders the next one
 * after it.
 */
export const ARRAY_OPERATIONS: Readonly<Record<string, ListOperation>> = {
  TensorArrayV3: (call, held) => {
    const handle = held.addList({
      dtype: dtypeAttribute(call, 'dtype') ?? 'float32',
      shape: shapeAttribute(call),
      tensors: emptyElements(call, numberInput(call, 0)),
    });
    return [handle, flow()];
  },
  TensorArrayWriteV3: (call, held) => {
    const array = held.list(call.input(0));
    const index = numberInput(call, 1);
    const elements: (Tensor | undefined)[] = [];
    elements[index] = call.input(2);
    if (index < 0) throw new ExecutionError(`${call.name}: there is no element ${index}`);
    write(held, array, elements);
    return [flow()];
  },
  TensorArrayReadV3: (call, held) => [
    elementAt(call.name, held.list(call.input(0)), numberInput(call, 1), undefined),
  ],
  TensorArrayGatherV3: (call, held) => {
    const array = held.list(call.input(0));
    const picked = numbersInput(call, 1).map((index) => {
      if (index < 0 || index >= array.tensors.length)
        throw new ExecutionError(`${call.name}: there is no element ${index}`);
      return array.tensors[index];
    });
    return [stacked(call.name, array, picked, shapeAttribute(call))];
  },
  TensorArrayScatterV3: (call, held) => {
    write(held, held.list(call.input(0)), scattered(call, 2, 1, []));
    return [flow()];
  },
  TensorArrayConcatV3: (call, held) => joined(call.name, held.list(call.input(0)), undefined),
  TensorArraySplitV3: (call, held) => {
    write(held, held.list(call.input(0)), pieces(call, 1, 2));
    return [flow()];
  },
  TensorArraySizeV3: (call, held) => [scalar(held.list(call.input(0)).tensors.length, 'int32')],
  TensorArrayCloseV3: () => [],
};

/** Makes a flow, a tensor without meaning that represents the earlier operations on the array. */
const flow = (): Tensor => scalar(0);

function write(held: HeldTensors, array: Elements, elements: readonly (Tensor | undefined)[]): void {
  while (array.tensors.length < elements.length) array.tensors.push(undefined);
  for (const [index, element] of elements.entries()) {
    if (element === undefined) continue;
    const before = array.tensors[index];
    held.hold(element);
    array.tensors[index] = element;
    if (before !== undefined) held.release(before);
  }
}
