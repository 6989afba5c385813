import type { NamedTensors } from './tensor.ts';

/** A model in memory, ready to compute. Tensors go by the names that the model itself gives them. */
export interface LoadedModel {
  /**
   * Computes the outputs named. Synchronous wherever the model allows it, so that nothing comes between.
   *
   * @throws ExecutionError if the model cannot compute these inputs; anything else is a fault of the runtime.
   */
  execute(inputs: NamedTensors, outputs: readonly string[]): NamedTensors | Promise<NamedTensors>;
  /** Frees everything. Not to be called while a computation is under way. */
  dispose(): void;
}

/** The model could not compute the inputs it was given. */
export class ExecutionError extends Error {}
