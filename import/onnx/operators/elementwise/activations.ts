import { oneHot } from '../../../builder/creation.ts';
import {
  add,
  binary,
  clip,
  maximum,
  minimum,
  multiply,
  select,
  subtract,
  unary,
} from '../../../builder/elementwise.ts';
import { logSoftmax, softmax } from '../../../builder/reductions.ts';
import { dimension, dimensions, reshape } from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  axisIn,
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { isInteger } from '../../values/element_types.ts';
import { typed } from '../../values/onnx_tensor.ts';
import { argumentOfExtreme } from '../reductions/extremes.ts';
import { productOf } from '../shapes/sizes.ts';

/** An operator on one tensor of floats that gives one of the same shape. */
const activation =
  (compute: (call: OperatorCall, x: SymbolicTensor) => SymbolicTensor): Operator =>
  (call) => {
    call.attributes.ignore('consumed_inputs');
    const x = input(call, 0);
    return typed(compute(call, x), x.type);
  };

const relu: Operator = (call) => {
  call.attributes.ignore('consumed_inputs');
  const x = input(call, 0);
  return typed(isInteger(x.type) ? maximum(call.g, x, 0) : unary(call.g, 'Relu', x), x.type);
};

const leakyRelu = activation(({ g, attributes }, x) =>
  unary(g, 'LeakyRelu', x, { alpha: { f: attributes.float('alpha', 0.01) } }),
);

const elu = activation(({ g, attributes }, x) => {
  const alpha = attributes.float('alpha', 1);
  if (alpha === 1) return unary(g, 'Elu', x);
  return select(g, binary(g, 'Greater', x, 0), x, multiply(g, unary(g, 'Expm1', x), alpha));
});

const [SELU_ALPHA, SELU_GAMMA] = [1.6732631921768188, 1.0507010221481323];

const selu = activation(({ g, attributes }, x) => {
  const [alpha, gamma] = [attributes.float('alpha', SELU_ALPHA), attributes.float('gamma', SELU_GAMMA)];
  if (alpha === SELU_ALPHA && gamma === SELU_GAMMA) return unary(g, 'Selu', x);
  const below = multiply(g, unary(g, 'Expm1', x), alpha);
  return multiply(g, select(g, binary(g, 'Greater', x, 0), x, below), gamma);
});

const celu = activation(({ g, attributes }, x) => {
  const alpha = attributes.float('alpha', 1);
  const below = multiply(g, unary(g, 'Expm1', multiply(g, x, 1 / alpha)), alpha);
  return add(g, maximum(g, x, 0), minimum(g, below, 0));
});

const gelu = activation(({ g, attributes }, x) => {
  if (attributes.choice('approximate', ['none', 'tanh'], 'none') === 'none') {
    const share = add(g, unary(g, 'Erf', multiply(g, x, Math.SQRT1_2)), 1);
    return multiply(g, multiply(g, x, 0.5), share);
  }
  const cube = multiply(g, multiply(g, x, multiply(g, x, x)), 0.044715);
  const inner = multiply(g, add(g, x, cube), Math.sqrt(2 / Math.PI));
  return multiply(g, multiply(g, x, 0.5), add(g, unary(g, 'Tanh', inner), 1));
});

const hardSigmoid = activation(({ g, attributes }, x) => {
  const scaled = multiply(g, x, attributes.float('alpha', 0.2));
  return clip(g, add(g, scaled, attributes.float('beta', 0.5)), 0, 1);
});

const hardSwish = activation(({ g }, x) => multiply(g, x, multiply(g, clip(g, add(g, x, 3), 0, 6), 1 / 6)));

const mish = activation(({ g }, x) => multiply(g, x, unary(g, 'Tanh', unary(g, 'Softplus', x))));

const swish = activation(({ g, attributes }, x) => {
  const alpha = attributes.float('alpha', 1);
  return multiply(g, x, unary(g, 'Sigmoid', alpha === 1 ? x : multiply(g, x, alpha)));
});

const thresholdedRelu = activation(({ g, attributes }, x) =>
  select(g, binary(g, 'Greater', x, attributes.float('alpha', 1)), x, 0),
);

const shrink: Operator = (call) => {
  const { g, attributes } = call;
  const x = input(call, 0);
  const [limit, bias] = [attributes.float('lambd', 0.5), attributes.float('bias', 0)];
  const above = select(g, binary(g, 'Greater', x, limit), subtract(g, x, bias), multiply(g, x, 0));
  return typed(select(g, binary(g, 'Less', x, -limit), add(g, x, bias), above), x.type);
};

const prelu: Operator = (call) => {
  call.attributes.ignore('consumed_inputs');
  const { g } = call;
  const [x, given] = [input(call, 0), input(call, 1)];
  // Before operator set 7, a slope of one dimension is for the channels.
  const isOfChannels = call.opset < 7 && rank(given) === 1 && rank(x) > 2 && given.shape[0] !== 1;
  const slope = isOfChannels
    ? reshape(g, given, [...dimensions(g, given), ...Array.from({ length: rank(x) - 2 }, () => 1)])
    : given;
  return typed(select(g, binary(g, 'Less', x, 0), multiply(g, x, slope), x), x.type);
};

type AlongAxis = (call: OperatorCall, x: SymbolicTensor, axis: number) => SymbolicTensor;

/** Along an axis; before operator set 13, along all from the axis on. */
const normalized =
  (compute: AlongAxis): Operator =>
  (call) => {
    const { g } = call;
    const x = input(call, 0);
    const isFlattened = call.opset < 13;
    const axis = axisIn(rank(x), call.attributes.integer('axis', isFlattened ? 1 : -1));
    if (!isFlattened || axis === rank(x) - 1) return typed(compute(call, x, axis), x.type);
    const sizes = dimensions(g, x);
    const flat = reshape(g, x, [productOf(g, sizes.slice(0, axis)), productOf(g, sizes.slice(axis))]);
    return typed(reshape(g, compute(call, flat, 1), sizes), x.type);
  };

const hardmax: AlongAxis = ({ g }, x, axis) =>
  oneHot(g, argumentOfExtreme(g, 'ArgMax', x, axis), dimension(g, x, axis), { axis });

const plain = (op: string): Operator => activation(({ g }, x) => unary(g, op, x));

export const ACTIVATIONS: OperatorTable = {
  Celu: celu,
  Elu: elu,
  Gelu: gelu,
  HardSigmoid: hardSigmoid,
  HardSwish: hardSwish,
  Hardmax: normalized(hardmax),
  LeakyRelu: leakyRelu,
  LogSoftmax: normalized(({ g }, x, axis) => logSoftmax(g, x, axis)),
  Mish: mish,
  PRelu: prelu,
  Relu: relu,
  Selu: selu,
  Shrink: shrink,
  Sigmoid: plain('Sigmoid'),
  Softmax: normalized(({ g }, x, axis) => softmax(g, x, axis)),
  Softplus: plain('Softplus'),
  Softsign: plain('Softsign'),
  Swish: swish,
  ThresholdedRelu: thresholdedRelu,
};
