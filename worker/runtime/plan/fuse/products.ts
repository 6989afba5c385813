import { type Address, type FunctionStep, withArguments } from '../ir/function_step.ts';

/** Kernels of products with constant matrices or filters, which add a bias and clamp the result. */
const PRODUCTS = [
  'gemm',
  'gemm_quantized',
  'conv2d',
  'conv2d_quantized',
  'depthwise_conv2d',
  'dynamic_product',
] as const;

type ProductStep = FunctionStep<(typeof PRODUCTS)[number]>;

export function isProduct(step: FunctionStep): step is ProductStep {
  return PRODUCTS.some((name) => name === step.name);
}

/** True if the product does not clamp its result. */
export function isUnbounded({ arguments: { lower, upper } }: ProductStep): boolean {
  return lower === Number.NEGATIVE_INFINITY && upper === Number.POSITIVE_INFINITY;
}

/** The matrix [rows, columns] whose columns scale those of the product, packed or not. */
export interface WeightMatrix {
  readonly weights: number;
  /** The rows of the matrix or the taps of the filter. */
  readonly rows: number;
  readonly columns: number;
  readonly packed: boolean;
}

/**
 * Returns the matrix to multiply in order to scale a product's columns: the packed weights, the filter of each channel,
 * or the scales and offsets of a quantized matrix, which are two rows that represent all of its rows.
 *
 * @returns undefined if the matrix is computed, is part of a larger buffer, or must stay as it is
 */
export function weightsOf(step: ProductStep): WeightMatrix | undefined {
  switch (step.name) {
    case 'gemm': {
      const { packed, k, n, ldc } = step.arguments;
      return ldc === n ? matrix(packed, k, n, true) : undefined;
    }
    case 'gemm_quantized': {
      const { vectors, n, ldc } = step.arguments;
      return ldc === n ? matrix(vectors, 2, n, false) : undefined;
    }
    case 'conv2d': {
      const { packed, channels, filterHeight, filterWidth, outChannels } = step.arguments;
      return matrix(packed, channels * filterHeight * filterWidth, outChannels, true);
    }
    case 'conv2d_quantized': {
      const { vectors, outChannels } = step.arguments;
      return matrix(vectors, 2, outChannels, false);
    }
    case 'depthwise_conv2d': {
      const { filter, filterHeight, filterWidth, channels } = step.arguments;
      return matrix(filter, filterHeight * filterWidth, channels, false);
    }
    // Another order of scaling would round differently.
    case 'dynamic_product':
      return undefined;
  }
}

/** Returns the same product with the addresses of another matrix and another bias. */
export function withWeights(step: ProductStep, weights: number, bias: number): FunctionStep | undefined {
  switch (step.name) {
    case 'gemm':
    case 'conv2d':
      return withArguments(step, { packed: weights, bias });
    case 'gemm_quantized':
    case 'conv2d_quantized':
      return withArguments(step, { vectors: weights, bias });
    case 'depthwise_conv2d':
      return withArguments(step, { filter: weights, bias });
    case 'dynamic_product':
      return undefined;
  }
}

function matrix(weights: Address, rows: number, columns: number, packed: boolean): WeightMatrix | undefined {
  return typeof weights === 'number' ? { weights, rows, columns, packed } : undefined;
}
