import type { KernelConfig, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { Access, BufferId } from './buffers.ts';
import type { FunctionStep } from './function_step.ts';

/** A tensor as a kernel takes it. */
export type KernelInput =
  | { readonly kind: 'constant'; readonly tensor: TensorInfo }
  | {
      readonly kind: 'buffer';
      readonly buffer: BufferId;
      readonly shape: readonly number[];
      readonly dtype: TensorInfo['dtype'];
    };

/** Where an output of a kernel goes, and what it has to be. */
export interface KernelOutput {
  readonly buffer: BufferId;
  readonly shape: readonly number[];
  readonly dtype: TensorInfo['dtype'];
}

/** A call of a kernel of tfjs's, which makes its own tensors. */
export interface KernelStep extends Access {
  readonly kind: 'kernel';
  readonly name: string;
  readonly run: KernelConfig['kernelFunc'];
  /** By name, or by position where the kernel takes a list. */
  readonly inputs: ReadonlyMap<string, KernelInput>;
  readonly isList: boolean;
  readonly attributes: NamedAttrMap | undefined;
  readonly outputs: readonly KernelOutput[];
}

export type Step = FunctionStep | KernelStep;
