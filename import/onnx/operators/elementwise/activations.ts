import * as activations from '../../../builder/activations.ts';
import { oneHot } from '../../../builder/creation.ts';
import {
  add,
  binary,
  maximum,
  minimum,
  multiply,
  select,
  subtract,
  unary,
} from '../../../builder/elementwise.ts';
import { logSoftmax, softmax } from '../../../builder/reductions.ts';
import { dimension, dimensions, reshape } from '../../../builder/shaping.ts';
import { channelsFirst, channelsLast } from '../../../builder/spatial/channels.ts';
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
  activations.leakyRelu(attributes.float('alpha', 0.01))(g, x),
);

const elu = activation(({ g, attributes }, x) => activations.elu(attributes.float('alpha', 1))(g, x));

const [SELU_ALPHA, SELU_GAMMA] = [1.6732631921768188, 1.0507010221481323];

const selu = activation(({ g, attributes }, x) => {
  const [alpha, gamma] = [attributes.float('alpha', SELU_ALPHA), attributes.float('gamma', SELU_GAMMA)];
  if (alpha === SELU_ALPHA && gamma === SELU_GAMMA) return unary(g, 'Selu', x);
  const below = multiply(g, unary(g, 'Expm1', x), alpha);
  return multiply(g, select(g, binary(g, 'Greater', x, 0), x, below), gamma);
});

const celu = activation(({ g, attributes }, x) => activations.celu(attributes.float('alpha', 1))(g, x));

const gelu = activation(({ g, attributes }, x) => {
  const isExact = attributes.choice('approximate', ['none', 'tanh'], 'none') === 'none';
  return isExact ? activations.gelu(g, x) : activations.approximateGelu(g, x);
});

const hardSigmoid = activation(({ g, attributes }, x) =>
  activations.hardSigmoid(attributes.float('alpha', 0.2), attributes.float('beta', 0.5))(g, x),
);

const swish = activation(({ g, attributes }, x) => {
  const alpha = attributes.float('alpha', 1);
  return multiply(g, x, unary(g, 'Sigmoid', alpha === 1 ? x : multiply(g, x, alpha)));
});

const thresholdedRelu = activation(({ g, attributes }, x) =>
  activations.thresholdedRelu(attributes.float('alpha', 1))(g, x),
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
  return typed(add(g, maximum(g, x, 0), multiply(g, minimum(g, x, 0), slope)), x.type);
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
    if (!isFlattened && axis === 1 && rank(x) > 2) {
      // Over channels, which come last in what convolutions give.
      return typed(channelsFirst(g, compute(call, channelsLast(g, x), rank(x) - 1)), x.type);
    }
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
  HardSwish: activation(({ g }, x) => activations.hardSwish(g, x)),
  Hardmax: normalized(hardmax),
  LeakyRelu: leakyRelu,
  LogSoftmax: normalized(({ g }, x, axis) => logSoftmax(g, x, axis)),
  Mish: activation(({ g }, x) => activations.mish(g, x)),
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
