import type { DataType } from '@tensorflow/tfjs-core';
import type { KernelCall } from './kernel_call.ts';

/** An output that a kernel must return. A size of ANY depends on values that only the kernel computes. */
export interface Output {
  readonly shape: readonly number[];
  readonly dtype: DataType;
  /** The shape that the kernel allocates if the output's own shape is unknown. */
  readonly largest?: readonly number[];
}

export const ANY = -1;

/** The result of a rule for a valid call. */
export interface Verdict {
  readonly outputs: readonly Output[];
  /** The value of every element of every output, if no kernel needs to run. */
  readonly fill?: number;
  /** True if the kernel is correct for inputs without elements. */
  readonly takesEmpty?: boolean;
  /** Attributes that replace those of the call, if the kernel interprets them differently from TensorFlow. */
  readonly attributes?: Readonly<Record<string, number>>;
  /** True if the operation returns a list, even of one tensor. */
  readonly isList?: boolean;
}

/**
 * Determines the outputs of TensorFlow's operation for a call from shapes and dtypes, and from values if sizes or
 * positions depend on them. It reads no memory except the inputs'.
 *
 * @throws KernelRefusal if TensorFlow refuses the call or the kernel does not compute it
 */
export type Rule = (call: KernelCall) => Verdict;

export type Rules = Readonly<Record<string, Rule>>;

export function gives(shape: readonly number[], dtype: DataType): Verdict {
  return { outputs: [{ shape, dtype }] };
}

/** Returns the same for a kernel that is correct for inputs without elements. */
export function givesEvenOfEmpty(shape: readonly number[], dtype: DataType): Verdict {
  return { outputs: [{ shape, dtype }], takesEmpty: true };
}
