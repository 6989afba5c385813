import type { TensorInfo } from '@tensorflow/tfjs-core';
import { elementCount } from '../../model/tensor.ts';
import type { Heap } from './heap.ts';
import type { KernelFunctions } from './kernel_signatures.ts';
import type { PackedWeights } from './packing/packed_weights.ts';

/** The context of a kernel. */
export interface KernelContext {
  readonly functions: KernelFunctions;
  readonly heap: Heap;
  readonly weights: Pick<PackedWeights, 'use'>;
}

/**
 * Computes the same as tfjs's kernel of the same name. tfjs's kernel_names defines the types of inputs and attributes.
 *
 * @returns undefined for a call that it does not cover, without having allocated anything
 */
export type Kernel<Inputs, Attributes> = (
  context: KernelContext,
  inputs: Inputs,
  attributes: Attributes,
) => TensorInfo | undefined;

/** True for a float32 tensor with elements. */
export function isCovered(tensor: TensorInfo | undefined): tensor is TensorInfo {
  return tensor?.dtype === 'float32' && elementCount(tensor.shape) > 0;
}

/** True if the tensor is absent or a float32 vector of this size. */
export function isVectorOrAbsent(tensor: TensorInfo | undefined | null, size: number): boolean {
  if (tensor === undefined || tensor === null) return true;
  return tensor.dtype === 'float32' && tensor.shape.length === 1 && tensor.shape[0] === size;
}

export function isFourDimensional(shape: readonly number[]): shape is [number, number, number, number] {
  return shape.length === 4;
}
