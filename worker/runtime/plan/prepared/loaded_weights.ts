import type { TensorInfo } from '@tensorflow/tfjs-core';

/** The weights of a model in memory, by the names in its files. */
export interface LoadedWeights {
  get(name: string): TensorInfo | undefined;
  entries(): Iterable<readonly [name: string, weight: TensorInfo]>;
}
