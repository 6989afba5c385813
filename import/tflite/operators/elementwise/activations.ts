import {
  type ActivationFunction,
  approximateGelu,
  elu,
  gelu,
  hardSwish,
  leakyRelu,
} from '../../../builder/activations.ts';
import { binary, clip, multiply, select, unary } from '../../../builder/elementwise.ts';
import { logSoftmax, softmax } from '../../../builder/reductions.ts';
import { rank } from '../../../builder/symbolic_tensor.ts';
import { inFloat, tableOf } from '../../conversion/entries.ts';
import {
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { activate } from './fused_activation.ts';

/** The functions that have no options. */
const PLAIN: Readonly<Record<string, ActivationFunction>> = {
  ELU: elu(1),
  HARD_SWISH: hardSwish,
  LOGISTIC: (g, x) => unary(g, 'Sigmoid', x),
  RELU: (g, x) => activate(g, x, 'RELU'),
  RELU6: (g, x) => activate(g, x, 'RELU6'),
  RELU_0_TO_1: (g, x) => clip(g, x, 0, 1),
  RELU_N1_TO_1: (g, x) => activate(g, x, 'RELU_N1_TO_1'),
  TANH: (g, x) => unary(g, 'Tanh', x),
};

/** Functions that the options of an operation decide. */
const CONFIGURED: Readonly<Record<string, (call: OperatorCall) => ActivationFunction>> = {
  GELU: ({ options }) => (options.read('GeluOptions').approximate ? approximateGelu : gelu),
  LEAKY_RELU: ({ options }) => leakyRelu(options.read('LeakyReluOptions').alpha),
};

/** x where it is not negative, else x times a slope, which broadcasts. */
const prelu: Operator = (call) => {
  const { g } = call;
  const [x, slope] = [input(call, 0), input(call, 1)];
  return select(g, binary(g, 'Less', x, 0), multiply(g, x, slope), x);
};

/** Over the last dimension, of the tensor times beta. */
const softmaxOperator: Operator = (call) => {
  const { g, options } = call;
  const x = input(call, 0);
  const { beta } = options.read('SoftmaxOptions');
  return softmax(g, beta === 1 ? x : multiply(g, x, beta), rank(x) - 1);
};

export const ACTIVATIONS: OperatorTable = {
  ...tableOf(PLAIN, (compute) => inFloat((call) => compute(call.g, input(call, 0)))),
  ...tableOf(CONFIGURED, (configure) => inFloat((call) => configure(call)(call.g, input(call, 0)))),
  LOG_SOFTMAX: inFloat((call) => logSoftmax(call.g, input(call, 0), rank(input(call, 0)) - 1)),
  PRELU: inFloat(prelu),
  SOFTMAX: inFloat(softmaxOperator),
};
