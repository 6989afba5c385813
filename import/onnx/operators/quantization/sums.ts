import { add, cast, divide, multiply, type Operand, unary } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { quantized } from '../../../builder/quantized.ts';
import { reduce } from '../../../builder/reductions.ts';
import { expandDimension } from '../../../builder/shaping.ts';
import { knownCount, rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import type { OperatorCall } from '../../conversion/operator_call.ts';
import type { Dequantized, OnnxTensor, ToIntegers } from '../../values/onnx_tensor.ts';
import { convolveChannelsFirst } from '../networks/convolution.ts';
import { matrixProduct } from '../networks/products.ts';
import { over, times, withoutZero } from './forms.ts';

/**
 * What is added to sums of products of integers: floats, or integers that have the products' scale.
 *
 * Floats become the nearest integers of that scale.
 */
export type Bias = { readonly floats: SymbolicTensor } | { readonly integers: OnnxTensor } | undefined;

/** @param unit the scale of the products */
function biasIntegers(g: NodeBuilder, bias: Bias, unit: Operand): SymbolicTensor | undefined {
  if (bias === undefined) return undefined;
  return 'integers' in bias
    ? cast(g, bias.integers, 'float32')
    : unary(g, 'Round', divide(g, bias.floats, unit));
}

/** A convolution of [batch, channels, ...space] as ONNX Runtime computes it: exact sums, and one multiplication. */
export function convolutionToIntegers(
  call: OperatorCall,
  x: Dequantized,
  filters: Dequantized,
  bias: Bias,
): ToIntegers {
  const { g } = call;
  const unit = times(g, x.scale, filters.scale);
  const kernel = withoutZero(g, filters);
  const sums = convolveChannelsFirst(call, x.codes, kernel, biasIntegers(g, bias, unit), x.zero);
  const wide = forFilters(g, unit, rank(x.codes));
  return (target) => quantized(g, sums, over(g, wide, target.scale), target);
}

/** One number, or one for each of the filters, which are the second of so many dimensions. */
function forFilters(g: NodeBuilder, numbers: Operand, dimensions: number): Operand {
  if (typeof numbers === 'number' || rank(numbers) === 0) return numbers;
  let wide = numbers;
  for (let axis = 1; axis < dimensions - 1; axis++) wide = expandDimension(g, wide, axis);
  return wide;
}

/** A product of matrices, the second of which may have a scale for each column. */
export function matrixProductToIntegers(
  g: NodeBuilder,
  one: Dequantized,
  other: Dequantized,
  bias: Bias,
): ToIntegers {
  const unit = times(g, one.scale, other.scale);
  const products = matrixProduct(g, withoutZero(g, one), withoutZero(g, other));
  const more = biasIntegers(g, bias, unit);
  const sums = more === undefined ? products : add(g, products, more);
  return (target) => quantized(g, sums, over(g, unit, target.scale), target);
}

/** Both operands in steps of the target, as ONNX Runtime adds them. */
export function additionToIntegers(g: NodeBuilder, one: Dequantized, other: Dequantized): ToIntegers {
  return (target) => {
    const [left, right] = [one, other].map((form) =>
      multiply(g, withoutZero(g, form), over(g, form.scale, target.scale)),
    );
    return left && right && quantized(g, add(g, left, right), 1, target);
  };
}

/** The products of elements are exact. */
export function multiplicationToIntegers(g: NodeBuilder, one: Dequantized, other: Dequantized): ToIntegers {
  const products = multiply(g, withoutZero(g, one), withoutZero(g, other));
  const unit = times(g, one.scale, other.scale);
  return (target) => quantized(g, products, over(g, unit, target.scale), target);
}

/** The mean over some axes, of exact sums. */
export function meanToIntegers(
  g: NodeBuilder,
  x: Dequantized,
  axes: readonly number[],
  keep: boolean,
): ToIntegers {
  const integers = withoutZero(g, x);
  const count = knownCount(axes.map((axis) => x.codes.shape[axis] ?? null));
  if (count === undefined || count === 0)
    return averageToIntegers(g, x, reduce(g, 'Mean', integers, axes, keep));
  const sums = reduce(g, 'Sum', integers, axes, keep);
  return (target) => quantized(g, sums, over(g, x.scale, times(g, target.scale, count)), target);
}

/** @param averages of a tensor's integers without their zero */
export function averageToIntegers(g: NodeBuilder, x: Dequantized, averages: SymbolicTensor): ToIntegers {
  return (target) => quantized(g, averages, over(g, x.scale, target.scale), target);
}
