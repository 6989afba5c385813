import type { TensorValue } from '../../../model/tensor.ts';
import type { PackedFilter } from '../fuse/winograd_weights.ts';
import type { BufferId } from '../ir/buffers.ts';
import type { Step } from '../ir/step.ts';

/** An input and its buffer. */
export interface PlanInput {
  readonly name: string;
  readonly buffer: BufferId;
}

/** A computed output, or one that does not depend on the inputs' values. */
export type PlanOutput =
  | {
      readonly kind: 'computed';
      readonly name: string;
      readonly dtype: 'float32' | 'int32' | 'bool';
      readonly shape: readonly number[];
      readonly buffer: BufferId;
    }
  | { readonly kind: 'constant'; readonly name: string; readonly value: TensorValue };

/** Memory that a plan has filled for itself: the range of the heap, and how it was filled. */
export interface PlanCopy {
  readonly address: number;
  readonly bytes: number;
  /** The filter of which Winograd's algorithm made it. Others are written from bytes. */
  readonly filter?: PackedFilter;
}

/** The steps of a plan, ready to run. Constants are addresses in the heap, and buffers have no place yet. */
export interface CompiledPlan {
  readonly steps: readonly Step[];
  /** The bytes of each buffer by its number. */
  readonly bufferBytes: readonly number[];
  readonly inputs: readonly PlanInput[];
  readonly outputs: readonly PlanOutput[];
  /** True if the order of its sums differs from the executor's. */
  readonly isReordered: boolean;
  /** The plan's own copies of weights, in its own memory. */
  readonly copies: readonly PlanCopy[];
  /** Frees the copies. It must not be called after the backend was discarded. */
  dispose(): void;
}
