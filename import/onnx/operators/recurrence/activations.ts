import { add, binary, clip, multiply, select, unary } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import type { OperatorCall } from '../../conversion/operator_call.ts';
import { refuse } from '../../values/refusal.ts';

export type Activation = (g: NodeBuilder, x: SymbolicTensor) => SymbolicTensor;

const plain =
  (op: string): Activation =>
  (g, x) =>
    unary(g, op, x);

/** By name, with the defaults of alpha and beta where it has them. */
const KNOWN: Readonly<Record<string, (alpha: number | undefined, beta: number | undefined) => Activation>> = {
  affine:
    (alpha = 1, beta = 0) =>
    (g, x) =>
      add(g, multiply(g, x, alpha), beta),
  elu:
    (alpha = 1) =>
    (g, x) =>
      select(g, binary(g, 'Greater', x, 0), x, multiply(g, unary(g, 'Expm1', x), alpha)),
  hardsigmoid:
    (alpha = 0.2, beta = 0.5) =>
    (g, x) =>
      clip(g, add(g, multiply(g, x, alpha), beta), 0, 1),
  leakyrelu:
    (alpha = 0.01) =>
    (g, x) =>
      unary(g, 'LeakyRelu', x, { alpha: { f: alpha } }),
  relu: () => plain('Relu'),
  scaledtanh:
    (alpha = 1, beta = 1) =>
    (g, x) =>
      multiply(g, unary(g, 'Tanh', multiply(g, x, beta)), alpha),
  sigmoid: () => plain('Sigmoid'),
  softplus: () => plain('Softplus'),
  softsign: () => plain('Softsign'),
  tanh: () => plain('Tanh'),
  thresholdedrelu:
    (alpha = 1) =>
    (g, x) =>
      select(g, binary(g, 'Greater', x, alpha), x, 0),
};

const WITH_ALPHA: ReadonlySet<string> = new Set(
  'affine elu hardsigmoid leakyrelu scaledtanh thresholdedrelu'.split(' '),
);
const WITH_BETA: ReadonlySet<string> = new Set('affine hardsigmoid scaledtanh'.split(' '));

/**
 * The functions of a recurrent node, those of one direction after those of the other. Each value of alpha and beta
 * belongs to the next function that takes one.
 */
export function readActivations(
  { attributes }: OperatorCall,
  defaults: readonly string[],
  directions: number,
): Activation[] {
  const names = attributes.texts('activations') ?? Array.from({ length: directions }, () => defaults).flat();
  const alphas = [...(attributes.floats('activation_alpha') ?? [])];
  const betas = [...(attributes.floats('activation_beta') ?? [])];
  return names.map((name) => {
    const key = name.toLowerCase();
    const make = KNOWN[key] ?? refuse(`has the activation "${name}", which is not known`);
    return make(
      WITH_ALPHA.has(key) ? alphas.shift() : undefined,
      WITH_BETA.has(key) ? betas.shift() : undefined,
    );
  });
}
