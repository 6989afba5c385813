import { CodedError, type ErrorCode } from '../model/coded_error.ts';
import type { NamedTensors } from '../model/tensor.ts';
import type { ValueOrPromise } from './value_or_promise.ts';

/** A model in memory, ready to compute. Tensors go by the names that the model itself gives them. */
export interface LoadedModel {
  /**
   * Computes the outputs named. Synchronous wherever the model allows it, so that nothing comes between.
   *
   * @throws ExecutionError if the model cannot compute these inputs; anything else is a fault of the runtime.
   */
  execute(inputs: NamedTensors, outputs: readonly string[]): ValueOrPromise<NamedTensors>;
  /** Whether plans compute it. */
  planState(): PlanState;
  /** Frees everything. Not to be called while a computation is under way. */
  dispose(): void;
}

export type PlanState =
  /** So many shapes are computed by a plan. */
  | { readonly kind: 'planned'; readonly shapes: number }
  | { readonly kind: 'not planned'; readonly reason: string }
  /** No shape was asked for often enough. */
  | { readonly kind: 'not yet planned' };

/** The model could not compute the inputs it was given. */
export class ExecutionError extends CodedError {
  override readonly code: ErrorCode = 'ERR_EXECUTION_FAILED';
}

/** It would have needed more memory than there is. */
export class OutOfMemoryError extends ExecutionError {
  override readonly code: ErrorCode = 'ERR_OUT_OF_MEMORY';
}
