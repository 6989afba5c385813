import * as v from 'valibot';
import { isJsonObject } from '../../../worker/model/json_object.ts';
import { isOwnClass, readKerasObject, unwrap } from '../keras_object.ts';
import {
  add,
  binary,
  clip,
  divide,
  minimum,
  multiply,
  select,
  subtract,
  unary,
} from './nodes/elementwise.ts';
import type { NodeBuilder } from './nodes/node_builder.ts';
import { softmax } from './nodes/reductions.ts';
import type { SymbolicTensor } from './nodes/symbolic_tensor.ts';

export type ActivationFunction = (g: NodeBuilder, x: SymbolicTensor) => SymbolicTensor;

export const leakyRelu =
  (slope: number): ActivationFunction =>
  (g, x) =>
    unary(g, 'LeakyRelu', x, { alpha: { f: slope } });

/** alpha * (exp(x) - 1) where x is negative. */
export const elu =
  (alpha: number): ActivationFunction =>
  (g, x) =>
    alpha === 1
      ? unary(g, 'Elu', x)
      : select(g, binary(g, 'Greater', x, 0), x, multiply(g, unary(g, 'Elu', minimum(g, x, 0)), alpha));

const hardSigmoid =
  (divisor: number): ActivationFunction =>
  (g, x) =>
    clip(g, add(g, multiply(g, x, 1 / divisor), 0.5), 0, 1);

const hardSigmoid3 = hardSigmoid(6);

const sigmoid: ActivationFunction = (g, x) => unary(g, 'Sigmoid', x);
const silu: ActivationFunction = (g, x) => multiply(g, x, sigmoid(g, x));
const hardSilu: ActivationFunction = (g, x) => multiply(g, x, hardSigmoid3(g, x));
const softplus: ActivationFunction = (g, x) => unary(g, 'Softplus', x);

/** x times the normal distribution up to x. */
const gelu: ActivationFunction = (g, x) =>
  multiply(g, multiply(g, x, 0.5), add(g, unary(g, 'Erf', multiply(g, x, Math.SQRT1_2)), 1));

/** Keras's functions by their names, where all versions mean the same. */
const FUNCTIONS: Readonly<Record<string, ActivationFunction>> = {
  celu: elu(1),
  elu: elu(1),
  exp: (g, x) => unary(g, 'Exp', x),
  exponential: (g, x) => unary(g, 'Exp', x),
  gelu,
  hard_silu: hardSilu,
  hard_swish: hardSilu,
  hard_tanh: (g, x) => clip(g, x, -1, 1),
  linear: (_, x) => x,
  log_sigmoid: (g, x) => unary(g, 'Neg', softplus(g, unary(g, 'Neg', x))),
  log_softmax: (g, x) => unary(g, 'LogSoftmax', x),
  mish: (g, x) => multiply(g, x, unary(g, 'Tanh', softplus(g, x))),
  relu: (g, x) => unary(g, 'Relu', x),
  relu6: (g, x) => unary(g, 'Relu6', x),
  selu: (g, x) => unary(g, 'Selu', x),
  sigmoid,
  silu,
  softmax: (g, x) => softmax(g, x, x.shape.length - 1),
  softplus,
  softsign: (g, x) => divide(g, x, add(g, unary(g, 'Abs', x), 1)),
  sparse_plus: (g, x) =>
    select(
      g,
      binary(g, 'LessEqual', x, -1),
      0,
      select(g, binary(g, 'Less', x, 1), multiply(g, unary(g, 'Square', add(g, x, 1)), 0.25), x),
    ),
  sparse_sigmoid: (g, x) => clip(g, multiply(g, add(g, x, 1), 0.5), 0, 1),
  squareplus: (g, x) => multiply(g, add(g, x, unary(g, 'Sqrt', add(g, unary(g, 'Square', x), 4))), 0.5),
  swish: silu,
  tanh: (g, x) => unary(g, 'Tanh', x),
  tanh_shrink: (g, x) => subtract(g, x, unary(g, 'Tanh', x)),
};

/** Keras 3's default for the function; the layer's is another. */
const LEAKY_RELU_SLOPE = 0.2;

function named(name: string, kerasMajor: number): ActivationFunction | undefined {
  if (name === 'hard_sigmoid') return hardSigmoid(kerasMajor >= 3 ? 6 : 5);
  if (name === 'leaky_relu') return kerasMajor >= 3 ? leakyRelu(LEAKY_RELU_SLOPE) : undefined;
  return Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
}

const NumberSchema = v.fallback(v.number(), Number.NaN);

/** A function by what a configuration has for it, or a text that names what is not known. */
export function readActivationFunction(value: unknown, kerasMajor: number): ActivationFunction | string {
  const plain = unwrap(value);
  if (plain === null || plain === undefined) return (_, x) => x;
  if (typeof plain === 'string') return named(plain, kerasMajor) ?? unknown(plain);
  const object = readKerasObject(plain);
  if (object === undefined) return unknown(JSON.stringify(plain).slice(0, 60));
  const { className, json, config } = object;
  if (className === 'function' && typeof json.config === 'string') {
    const isOwn = object.module !== undefined && !/^(builtins|keras\b)/.test(object.module);
    return (isOwn ? undefined : named(json.config, kerasMajor)) ?? unknown(json.config);
  }
  if (isOwnClass(object)) return unknown(className);
  return (
    activationLayer(className, isJsonObject(config) ? config : {}) ??
    named(className.toLowerCase(), kerasMajor) ??
    unknown(className)
  );
}

/** Layers that may be given as activations. */
function activationLayer(
  className: string,
  config: Readonly<Record<string, unknown>>,
): ActivationFunction | undefined {
  const parameter = (names: readonly string[], otherwise: number): number => {
    const found = names
      .map((name) => unwrap(config[name]))
      .find((each) => each !== undefined && each !== null);
    return found === undefined ? otherwise : v.parse(NumberSchema, found);
  };
  switch (className) {
    case 'LeakyReLU':
      return leakyRelu(parameter(['negative_slope', 'alpha'], 0.3));
    case 'ELU':
      return elu(parameter(['alpha'], 1));
    case 'ReLU': {
      const most = parameter(['max_value'], Number.POSITIVE_INFINITY);
      return rectifier(most, parameter(['negative_slope'], 0), parameter(['threshold'], 0));
    }
    case 'Softmax':
      return (g, x) => {
        const axis = parameter(['axis'], -1);
        return softmax(g, x, axis < 0 ? axis + x.shape.length : axis);
      };
    default:
      return undefined;
  }
}

/** Keras's ReLU: x above the threshold, slope * (x - threshold) up to it, and nothing above the most. */
export function rectifier(most: number, slope: number, threshold: number): ActivationFunction {
  return (g, x) => {
    if (threshold === 0 && slope === 0) {
      if (most === 6) return unary(g, 'Relu6', x);
      const positive = unary(g, 'Relu', x);
      return most === Number.POSITIVE_INFINITY ? positive : minimum(g, positive, most);
    }
    const below = slope === 0 ? 0 : multiply(g, subtract(g, x, threshold), slope);
    const all = select(g, binary(g, 'Greater', x, threshold), x, below);
    return most === Number.POSITIVE_INFINITY ? all : minimum(g, all, most);
  };
}

function unknown(name: string): string {
  return `activation ${name}, which is not known`;
}
