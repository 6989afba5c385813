import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import { keep, scalar } from '@tensorflow/tfjs-core';
import { ExecutionError } from '../loaded_model.ts';

/** The sizes that elements must have, -1 for any; undefined where not even the rank is known. */
export type ElementShape = readonly number[] | undefined;

/** What TensorFlow calls a TensorList, which no operation changes, or a TensorArray, which operations do. */
export interface Elements {
  readonly dtype: DataType;
  readonly shape: ElementShape;
  /** Undefined where nothing was written. */
  readonly tensors: (Tensor | undefined)[];
}

/**
 * The tensors of one execution, and how often each is needed yet: by nodes, by lists, by loops. What nobody needs any
 * more is freed. A list goes by a scalar of its own, its handle, which stays the same tensor wherever it goes.
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
    // Kept are the weights, which are not this execution's.
    if (list === undefined && tensor.kept) return;
    this.#lists.delete(tensor);
    for (const element of list?.tensors ?? []) if (element !== undefined) this.release(element);
    tensor.dispose();
  }

  /** Gives a list a handle. Its tensors are held as long as somebody holds that. */
  addList(list: Elements): Tensor {
    for (const tensor of list.tensors) if (tensor !== undefined) this.hold(tensor);
    // tfjs hands on a tensor that is kept, where it would make another of one that is not.
    const handle = keep(scalar(0));
    this.#lists.set(handle, list);
    return handle;
  }

  /** @throws ExecutionError if the tensor is no handle of a list */
  list(handle: Tensor): Elements {
    const list = this.#lists.get(handle);
    if (list === undefined) throw new ExecutionError('an operation on a list of tensors was given none');
    return list;
  }

  /** Frees the handles, which no engine scope would. */
  dispose(): void {
    for (const handle of this.#lists.keys()) handle.dispose();
    this.#lists.clear();
    this.#counts.clear();
  }
}
