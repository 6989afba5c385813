import {
  type ActivationFunction,
  elu,
  hardSigmoid,
  leakyRelu,
  thresholdedRelu,
} from '../../../builder/activations.ts';
import { add, multiply, unary } from '../../../builder/elementwise.ts';
import type { OperatorCall } from '../../conversion/operator_call.ts';
import { refuse } from '../../values/refusal.ts';

const plain =
  (op: string): ActivationFunction =>
  (g, x) =>
    unary(g, op, x);

type MakeFunction = (alpha: number | undefined, beta: number | undefined) => ActivationFunction;

/** By name, with the defaults of alpha and beta where it has them. */
const KNOWN: Readonly<Record<string, MakeFunction>> = {
  affine:
    (alpha = 1, beta = 0) =>
    (g, x) =>
      add(g, multiply(g, x, alpha), beta),
  elu: (alpha = 1) => elu(alpha),
  hardsigmoid: (alpha = 0.2, beta = 0.5) => hardSigmoid(alpha, beta),
  leakyrelu: (alpha = 0.01) => leakyRelu(alpha),
  relu: () => plain('Relu'),
  scaledtanh:
    (alpha = 1, beta = 1) =>
    (g, x) =>
      multiply(g, unary(g, 'Tanh', multiply(g, x, beta)), alpha),
  sigmoid: () => plain('Sigmoid'),
  softplus: () => plain('Softplus'),
  softsign: () => plain('Softsign'),
  tanh: () => plain('Tanh'),
  thresholdedrelu: (alpha = 1) => thresholdedRelu(alpha),
};

const WITH_ALPHA: ReadonlySet<string> = new Set(
  'affine elu hardsigmoid leakyrelu scaledtanh thresholdedrelu'.split(' '),
);
const WITH_BETA: ReadonlySet<string> = new Set('affine hardsigmoid scaledtanh'.split(' '));

/** The function of a name. @throws OnnxRefusal if the name is not known */
export function activationOf(
  name: string,
  alpha: number | undefined,
  beta: number | undefined,
): ActivationFunction {
  const make = KNOWN[name.toLowerCase()] ?? refuse(`has the activation "${name}", which is not known`);
  return make(alpha, beta);
}

/**
 * The functions of a recurrent node, those of one direction after those of the other. Each value of alpha and beta
 * belongs to the next function that takes one.
 */
export function readActivations(
  { attributes }: OperatorCall,
  defaults: readonly string[],
  directions: number,
): ActivationFunction[] {
  const names = attributes.texts('activations') ?? Array.from({ length: directions }, () => defaults).flat();
  const alphas = [...(attributes.floats('activation_alpha') ?? [])];
  const betas = [...(attributes.floats('activation_beta') ?? [])];
  return names.map((name) => {
    const key = name.toLowerCase();
    return activationOf(
      name,
      WITH_ALPHA.has(key) ? alphas.shift() : undefined,
      WITH_BETA.has(key) ? betas.shift() : undefined,
    );
  });
}
