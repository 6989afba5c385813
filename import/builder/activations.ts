import { add, binary, clip, divide, maximum, minimum, multiply, select, unary } from './elementwise.ts';
import type { NodeBuilder } from './node_builder.ts';
import type { SymbolicTensor } from './symbolic_tensor.ts';

/** A function of each element of a float32 tensor. The result has the tensor's shape. */
export type ActivationFunction = (g: NodeBuilder, x: SymbolicTensor) => SymbolicTensor;

/** slope * x where x is negative, else x. */
export const leakyRelu =
  (slope: number): ActivationFunction =>
  (g, x) =>
    unary(g, 'LeakyRelu', x, { alpha: { f: slope } });

/** alpha * (exp(x) - 1) where x is negative, else x. */
export const elu =
  (alpha: number): ActivationFunction =>
  (g, x) =>
    alpha === 1
      ? unary(g, 'Elu', x)
      : select(g, binary(g, 'Greater', x, 0), x, multiply(g, unary(g, 'Elu', minimum(g, x, 0)), alpha));

/** max(x, 0) + alpha * (exp(min(x, 0) / alpha) - 1). */
export const celu =
  (alpha: number): ActivationFunction =>
  (g, x) => {
    const negative = unary(g, 'Expm1', divide(g, minimum(g, x, 0), alpha));
    return add(g, maximum(g, x, 0), multiply(g, negative, alpha));
  };

/** x times the normal distribution up to x, in the form that plans compute in one step. */
export const gelu: ActivationFunction = (g, x) =>
  multiply(g, multiply(g, x, 0.5), add(g, unary(g, 'Erf', multiply(g, x, Math.SQRT1_2)), 1));

/** The same, with a hyperbolic tangent for the distribution. */
export const approximateGelu: ActivationFunction = (g, x) => {
  const cubed = multiply(g, multiply(g, multiply(g, x, x), x), 0.044715);
  const tangent = unary(g, 'Tanh', multiply(g, add(g, x, cubed), Math.sqrt(2 / Math.PI)));
  return multiply(g, multiply(g, x, 0.5), add(g, tangent, 1));
};

/** slope * x + offset, from 0 to 1. */
export const hardSigmoid =
  (slope: number, offset: number): ActivationFunction =>
  (g, x) =>
    clip(g, add(g, multiply(g, x, slope), offset), 0, 1);

/** x times a hard sigmoid with the slope 1/6, from the paper on MobileNetV3. It is called hard SiLU too. */
export const hardSwish: ActivationFunction = (g, x) => multiply(g, x, hardSigmoid(1 / 6, 0.5)(g, x));

export const softplus: ActivationFunction = (g, x) => unary(g, 'Softplus', x);

/** x * tanh(softplus(x)). */
export const mish: ActivationFunction = (g, x) => multiply(g, x, unary(g, 'Tanh', softplus(g, x)));

/** x where x is above the threshold, else 0. */
export const thresholdedRelu =
  (threshold: number): ActivationFunction =>
  (g, x) =>
    select(g, binary(g, 'Greater', x, threshold), x, 0);
