import type { Tensor } from '@tensorflow/tfjs-core';

/** Makes a tensor from the bytes of one weight, which arrive in any number of pieces. */
export interface WeightSink {
  /** Consumes the bytes at the start of `bytes` that belong to this weight, and returns their number. */
  write(bytes: Uint8Array): number;
  readonly complete: boolean;
  /** Returns the tensor, which the caller must dispose of. Only after `complete`. */
  finish(): Tensor;
  /** Frees the allocation. It is called instead of `finish`. */
  abandon(): void;
}
