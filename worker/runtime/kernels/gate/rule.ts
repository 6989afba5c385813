import type { DataType } from '@tensorflow/tfjs-core';
import type { KernelCall } from './kernel_call.ts';

/** A tensor that a kernel is to give. A size of ANY depends on values that only the kernel works out. */
export interface Output {
  readonly shape: readonly number[];
  readonly dtype: DataType;
  /** What the kernel allocates for it, where its shape is not known. */
  readonly largest?: readonly number[];
}

export const ANY = -1;

/** What a call that fits its operation is to give. */
export interface Verdict {
  readonly outputs: readonly Output[];
  /** Every element of every output. No kernel runs then. */
  readonly fill?: number;
  /** The kernel computes the right values although an input has no elements. */
  readonly takesEmpty?: boolean;
  /** What the kernel is to be called with in place of attributes that it would take otherwise than TensorFlow. */
  readonly attributes?: Readonly<Record<string, number>>;
  /** The operation gives a list, even of one tensor. */
  readonly isList?: boolean;
}

/**
 * Works out what TensorFlow's operation gives for a call, from shapes and dtypes, and from values where sizes and
 * places depend on them. Touches no memory that is not an input's.
 *
 * @throws KernelRefusal for a call that TensorFlow refuses, or that the kernel does not compute
 */
export type Rule = (call: KernelCall) => Verdict;

export type Rules = Readonly<Record<string, Rule>>;

export function gives(shape: readonly number[], dtype: DataType): Verdict {
  return { outputs: [{ shape, dtype }] };
}

/** The same for a kernel that takes inputs without elements. */
export function givesEvenOfEmpty(shape: readonly number[], dtype: DataType): Verdict {
  return { outputs: [{ shape, dtype }], takesEmpty: true };
}
