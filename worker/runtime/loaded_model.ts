import { CodedError, type ErrorCode } from '../model/coded_error.ts';
import type { NamedTensors } from '../model/tensor.ts';
import type { ProvenPlan } from './plan/prepared/proven_plan.ts';
import type { ValueOrPromise } from './value_or_promise.ts';

/** Lets requests go first. It rejects if the work is not needed any more. */
export type Pause = () => Promise<void>;

/** A model in memory, ready to compute. Tensors have the model's own names. */
export interface LoadedModel {
  /**
   * Computes the named outputs. It is synchronous if the model permits, so that nothing else runs in between.
   *
   * @param pause for a computation that no request waits for: called between its parts, which makes it asynchronous
   * @throws ExecutionError if the model cannot compute these inputs. Any other error is a defect of the runtime
   */
  execute(inputs: NamedTensors, outputs: readonly string[], pause?: Pause): ValueOrPromise<NamedTensors>;
  /**
   * Does for the first request of this shape what it need not do itself, and computes these values if that is necessary.
   *
   * @returns the outputs, if they were computed
   */
  prepare(
    inputs: NamedTensors,
    outputs: readonly string[],
    pause?: Pause,
  ): ValueOrPromise<NamedTensors | undefined>;
  /** Returns whether plans compute the model. */
  planState(): PlanState;
  /** Returns what the plans that answer were proven with, as far as it can be stored for new isolates. */
  planProofs(): readonly ProvenPlan[];
  /** Frees everything. It must not be called during a computation. */
  dispose(): void;
}

export type PlanState =
  /** Plans compute this number of shapes. */
  | { readonly kind: 'planned'; readonly shapes: number }
  | { readonly kind: 'not planned'; readonly reason: string }
  /** No shape was requested often enough. */
  | { readonly kind: 'not yet planned' };

/** The model could not compute its inputs. */
export class ExecutionError extends CodedError {
  override readonly code: ErrorCode = 'ERR_EXECUTION_FAILED';
}

/** The computation needs more memory than is available. */
export class OutOfMemoryError extends ExecutionError {
  override readonly code: ErrorCode = 'ERR_OUT_OF_MEMORY';
}
