import type { KernelConfig, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelFunctions } from '../../kernels/kernel_functions.ts';

/** A stretch of memory that a plan writes while it runs, by its number. */
export type BufferId = number;

/** A place in a buffer: bytes from its start. */
export interface Place {
  readonly buffer: BufferId;
  readonly offset: number;
}

/** What a step reads and writes. */
export interface Access {
  readonly reads: readonly BufferId[];
  readonly writes: readonly BufferId[];
}

/** A call of one of our WebAssembly functions. Addresses that never change are numbers like any other. */
export interface FunctionStep extends Access {
  readonly kind: 'function';
  readonly name: keyof KernelFunctions;
  readonly arguments: readonly (number | Place)[];
}

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
