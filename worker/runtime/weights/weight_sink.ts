import type { Tensor } from '@tensorflow/tfjs-core';

/** Takes the bytes of one weight, in any number of pieces, and makes a tensor of them. */
export interface WeightSink {
  /** Takes what belongs to this weight from the front of `bytes` and tells how many that were. */
  write(bytes: Uint8Array): number;
  readonly complete: boolean;
  /** The tensor; only when complete. Whoever calls this disposes it. */
  finish(): Tensor;
  /** Gives back what was allocated. Only instead of finish. */
  abandon(): void;
}
