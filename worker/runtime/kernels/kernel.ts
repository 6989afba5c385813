import type { TensorInfo } from '@tensorflow/tfjs-core';
import { elementCount } from '../../model/tensor.ts';
import type { Heap } from './heap.ts';
import type { KernelFunctions } from './kernel_signatures.ts';
import type { PackedWeights } from './packing/packed_weights.ts';

/** What a kernel works with. */
export interface KernelContext {
  readonly functions: KernelFunctions;
  readonly heap: Heap;
  readonly weights: Pick<PackedWeights, 'use'>;
}

/**
 * Computes what tfjs's kernel of the same name does, from its inputs and attributes as tfjs's kernel_names types
 * them.
 *
 * @returns undefined for a case that is not covered; nothing was allocated then
 */
export type Kernel<Inputs, Attributes> = (
  context: KernelContext,
  inputs: Inputs,
  attributes: Attributes,
) => TensorInfo | undefined;

/** A float32 tensor that has elements. */
export function isCovered(tensor: TensorInfo | undefined): tensor is TensorInfo {
  return tensor?.dtype === 'float32' && elementCount(tensor.shape) > 0;
}

/** Absent, or a float32 vector of this size. */
export function isVectorOrAbsent(tensor: TensorInfo | undefined | null, size: number): boolean {
  if (tensor === undefined || tensor === null) return true;
  return tensor.dtype === 'float32' && tensor.shape.length === 1 && tensor.shape[0] === size;
}

export function isFourDimensional(shape: readonly number[]): shape is [number, number, number, number] {
  return shape.length === 4;
}
