import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import { keep, scalar } from '@tensorflow/tfjs-core';
import { ExecutionError } from '../loaded_model.ts';

/** The sizes that elements must have, -1 for any size. Undefined if the rank is unknown. */
export type ElementShape = readonly number[] | undefined;

/** The elements of a TensorList, which is immutable, or of a TensorArray, which operations change. */
export interface Elements {
  readonly dtype: DataType;
  readonly shape: ElementShape;
  /** Undefined for an element that was not written. */
  readonly tensors: (Tensor | undefined)[];
}

/**
 * Counts the references to the tensors of one execution from nodes, lists and loops, and frees a tensor without
 * references. A scalar of its own, the handle, represents a list in the graph. The handle is the same tensor
 * everywhere.
 */
export class HeldTensors {
  readonly #counts = new Map<Tensor, number>();
  readonly #lists = new Map<Tensor, Elements>();

  hold(tensor: Tensor): void {
    this.#counts.set(tensor, (this.#counts.get(tensor) ?? 0) + 1);
  }

  release(tensor: Tensor): void {
    const count = (this.#counts.get(tensor) ?? 0) - 1;
    if (count > 0) {
      this.#counts.set(tensor, count);
      return;
    }
    this.#counts.delete(tensor);
    const list = this.#lists.get(tensor);
    // Kept tensors are weights, which the execution does not own.
    if (list === undefined && tensor.kept) return;
    this.#lists.delete(tensor);
    for (const element of list?.tensors ?? []) if (element !== undefined) this.release(element);
    tensor.dispose();
  }

  /** Creates a handle for a list. The list's tensors are held as long as the handle is. */
  addList(list: Elements): Tensor {
    for (const tensor of list.tensors) if (tensor !== undefined) this.hold(tensor);
    // tfjs passes a kept tensor on, but makes a copy of any other.
    const handle = keep(scalar(0));
    this.#lists.set(handle, list);
    return handle;
  }

  /** @throws ExecutionError if the tensor is not a list's handle */
  list(handle: Tensor): Elements {
    const list = this.#lists.get(handle);
    if (list === undefined)
      throw new ExecutionError('the input of an operation on a list of tensors is not a list');
    return list;
  }

  /** Frees the handles, which no engine scope frees. */
  dispose(): void {
    for (const handle of this.#lists.keys()) handle.dispose();
    this.#lists.clear();
    this.#counts.clear();
  }
}
