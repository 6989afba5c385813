import type { TensorInfo } from '@tensorflow/tfjs-core';
import { DEFAULT_LEAKY_SLOPE } from '../gate/rules/products/fused.ts';
import type { Heap } from '../heap.ts';
import { BinaryOperation, type KernelFunctions, UnaryOperation } from '../kernel_signatures.ts';
import { broadcastWalk, runBinary } from './binary_elementwise.ts';

/** tfjs's fused activation: bounds that a product applies as it stores, and a step after the product. */
export interface Activation {
  readonly lower: number;
  readonly upper: number;
  /** The step after the product, which changes the result in place. */
  readonly afterwards: ((result: TensorInfo) => void) | undefined;
}

export interface ActivationAttributes {
  readonly activation?: string | null;
  readonly leakyreluAlpha?: number | null;
}

/**
 * Returns a fused activation as bounds and a later step.
 *
 * @param shape the product's shape
 * @returns undefined for an unknown activation and for slopes that do not fit
 */
export function fusedActivation(
  functions: KernelFunctions,
  heap: Heap,
  { activation, leakyreluAlpha }: ActivationAttributes,
  preluWeights: TensorInfo | undefined | null,
  shape: readonly number[],
): Activation | undefined {
  const unary = (operation: UnaryOperation, alpha: number): Activation => ({
    ...UNBOUNDED,
    afterwards: (result) => {
      const address = heap.address(result);
      functions.unary(operation, address, address, result.shape.reduce(multiply, 1), alpha, 0);
    },
  });
  switch (activation ?? 'linear') {
    case 'linear':
      return { ...UNBOUNDED, afterwards: undefined };
    case 'relu':
      return { lower: 0, upper: Number.POSITIVE_INFINITY, afterwards: undefined };
    case 'relu6':
      return { lower: 0, upper: 6, afterwards: undefined };
    case 'elu':
      return unary(UnaryOperation.elu, 1);
    case 'sigmoid':
      return unary(UnaryOperation.sigmoid, 0);
    case 'leakyrelu':
      return unary(UnaryOperation.leakyRelu, leakyreluAlpha ?? DEFAULT_LEAKY_SLOPE);
    case 'prelu':
      if (preluWeights?.dtype !== 'float32') return undefined;
      if (broadcastWalk(shape, preluWeights.shape, shape) === undefined) return undefined;
      return {
        ...UNBOUNDED,
        afterwards: (result) => {
          runBinary(functions, heap, BinaryOperation.prelu, result, preluWeights, result);
        },
      };
    default:
      return undefined;
  }
}

const UNBOUNDED = { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };

function multiply(product: number, size: number): number {
  return product * size;
}
