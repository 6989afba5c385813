import { type Address, type FunctionStep, withArguments } from '../ir/function_step.ts';

/** Products of matrices that are constants, or of filters: kernels that add a bias and clamp what they store. */
const PRODUCTS = ['gemm', 'gemm_quantized', 'conv2d', 'conv2d_quantized', 'depthwise_conv2d'] as const;

type ProductStep = FunctionStep<(typeof PRODUCTS)[number]>;

export function isProduct(step: FunctionStep): step is ProductStep {
  return PRODUCTS.some((name) => name === step.name);
}

/** Whether it stores the values as they come, without a bound. */
export function isUnbounded({ arguments: { lower, upper } }: ProductStep): boolean {
  return lower === Number.NEGATIVE_INFINITY && upper === Number.POSITIVE_INFINITY;
}

/** The matrix that scales a product's columns: as it is or packed, rows times columns. */
export interface WeightMatrix {
  readonly weights: number;
  /** Rows of the matrix, or taps of the filter. */
  readonly rows: number;
  readonly columns: number;
  readonly packed: boolean;
}

/**
 * What to multiply to scale the columns of a product: packed weights, one filter per channel, or the scales and offsets
 * of a quantized matrix, two rows that stand for all of its own.
 *
 * @returns undefined where it is computed, or a part of something larger
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
  }
}

/** The same product with another such matrix, and another bias, by their addresses. */
export function withWeights(step: ProductStep, weights: number, bias: number): FunctionStep {
  switch (step.name) {
    case 'gemm':
    case 'conv2d':
      return withArguments(step, { packed: weights, bias });
    case 'gemm_quantized':
    case 'conv2d_quantized':
      return withArguments(step, { vectors: weights, bias });
    case 'depthwise_conv2d':
      return withArguments(step, { filter: weights, bias });
  }
}

function matrix(weights: Address, rows: number, columns: number, packed: boolean): WeightMatrix | undefined {
  return typeof weights === 'number' ? { weights, rows, columns, packed } : undefined;
}
