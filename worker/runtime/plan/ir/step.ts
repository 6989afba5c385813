import type { KernelConfig, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { Access, BufferId } from './buffers.ts';
import type { FunctionStep } from './function_step.ts';

/** An input of a kernel. */
export type KernelInput =
  | { readonly kind: 'constant'; readonly tensor: TensorInfo }
  | {
      readonly kind: 'buffer';
      readonly buffer: BufferId;
      readonly shape: readonly number[];
      readonly dtype: TensorInfo['dtype'];
    };

/** The buffer of a kernel's output, with the shape and the dtype that it must have. */
export interface KernelOutput {
  readonly buffer: BufferId;
  readonly shape: readonly number[];
  readonly dtype: TensorInfo['dtype'];
}

/** A call of a kernel of tfjs, which creates its own tensors. */
export interface KernelStep extends Access {
  readonly kind: 'kernel';
  readonly name: string;
  readonly run: KernelConfig['kernelFunc'];
  /** By name, or by position if the kernel takes a list. */
  readonly inputs: ReadonlyMap<string, KernelInput>;
  readonly isList: boolean;
  readonly attributes: NamedAttrMap | undefined;
  readonly outputs: readonly KernelOutput[];
}

export type Step = FunctionStep | KernelStep;
