import {
  type ActivationFunction,
  approximateGelu,
  celu,
  elu,
  gelu,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  mish,
  softplus,
} from '../../builder/activations.ts';
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
} from '../../builder/elementwise.ts';
import { logSoftmax, softmax } from '../../builder/reductions.ts';
import { split } from '../../builder/shaping.ts';
import { sparsemax } from '../../builder/sorting.ts';
import { axisOf, rank } from '../../builder/symbolic_tensor.ts';

/** What a function is made with or called with beside the tensor. */
export interface FunctionParameters {
  /** By any of the names, or by the position among what has no name, where the tensor is at 0. */
  number(names: readonly string[], position?: number): number | undefined;
  value(names: readonly string[], position?: number): unknown;
}

const sigmoid: ActivationFunction = (g, x) => unary(g, 'Sigmoid', x);
const silu: ActivationFunction = (g, x) => multiply(g, x, sigmoid(g, x));
const glu =
  (axis: number): ActivationFunction =>
  (g, x) => {
    const [one = x, other = x] = split(g, x, axisOf(x, axis) ?? rank(x) - 1, 2);
    return multiply(g, one, sigmoid(g, other));
  };

const softShrink =
  (threshold: number): ActivationFunction =>
  (g, x) => {
    const above = unary(g, 'Relu', subtract(g, x, threshold));
    return subtract(g, above, unary(g, 'Relu', subtract(g, unary(g, 'Neg', x), threshold)));
  };

const hardShrink =
  (threshold: number): ActivationFunction =>
  (g, x) =>
    select(g, binary(g, 'Greater', unary(g, 'Abs', x), threshold), x, 0);

const squareplus =
  (b: number): ActivationFunction =>
  (g, x) =>
    multiply(g, add(g, x, unary(g, 'Sqrt', add(g, unary(g, 'Square', x), b))), 0.5);

/** Keras's functions by their names that take nothing but a tensor, where all versions mean the same. */
const FUNCTIONS: Readonly<Record<string, ActivationFunction>> = {
  exp: (g, x) => unary(g, 'Exp', x),
  exponential: (g, x) => unary(g, 'Exp', x),
  hard_silu: hardSwish,
  hard_swish: hardSwish,
  hard_tanh: (g, x) => clip(g, x, -1, 1),
  linear: (_, x) => x,
  log_sigmoid: (g, x) => unary(g, 'Neg', softplus(g, unary(g, 'Neg', x))),
  mish,
  relu6: (g, x) => unary(g, 'Relu6', x),
  selu: (g, x) => unary(g, 'Selu', x),
  sigmoid,
  silu,
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
  swish: silu,
  tanh: (g, x) => unary(g, 'Tanh', x),
  tanh_shrink: (g, x) => subtract(g, x, unary(g, 'Tanh', x)),
};

/** Keras's default for the function; that of the layer is another. */
const LEAKY_RELU_SLOPE = 0.2;

/**
 * A function by its name; undefined where the name is not known, or what the function needs is not told.
 *
 * @param kerasMajor 1, 2 or 3, which have different functions under some names
 */
export function activationNamed(
  name: string,
  parameters: FunctionParameters,
  kerasMajor: number,
): ActivationFunction | undefined {
  const alpha = () => parameters.number(['alpha'], 1) ?? 1;
  const threshold = () => parameters.number(['threshold'], 1);
  const axis = () => parameters.number(['axis'], 1) ?? -1;
  switch (name) {
    case 'celu':
      return celu(alpha());
    case 'elu':
      return elu(alpha());
    case 'gelu':
      return parameters.value(['approximate'], 1) === true ? approximateGelu : gelu;
    case 'glu':
      return glu(axis());
    case 'hard_shrink':
      return hardShrink(threshold() ?? 0.5);
    case 'hard_sigmoid':
      return hardSigmoid(1 / (kerasMajor >= 3 ? 6 : 5), 0.5);
    case 'leaky_relu':
      return leakyRelu(parameters.number(['negative_slope', 'alpha'], 1) ?? LEAKY_RELU_SLOPE);
    case 'log_softmax':
      return (g, x) => logSoftmax(g, x, axisOf(x, axis()) ?? rank(x) - 1);
    case 'relu': {
      const slope = parameters.number(['negative_slope', 'alpha'], 1) ?? 0;
      const most = parameters.number(['max_value'], 2) ?? Number.POSITIVE_INFINITY;
      return rectifier(most, slope, parameters.number(['threshold'], 3) ?? 0);
    }
    case 'soft_shrink':
      return softShrink(threshold() ?? 0.5);
    case 'softmax':
      return (g, x) => softmax(g, x, axisOf(x, axis()) ?? rank(x) - 1);
    case 'sparsemax':
      return (g, x) => sparsemax(g, x, axisOf(x, axis()) ?? rank(x) - 1);
    case 'squareplus':
      return squareplus(parameters.number(['b'], 1) ?? 4);
    case 'threshold': {
      const [least, otherwise] = [threshold(), parameters.number(['default_value', 'default'], 2)];
      if (least === undefined || otherwise === undefined) return undefined;
      return (g, x) => select(g, binary(g, 'Greater', x, least), x, otherwise);
    }
    default:
      return Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
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
