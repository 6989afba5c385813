import {
  abs,
  add,
  addN,
  bincount,
  cast,
  div,
  engine,
  equal,
  gather,
  less,
  log,
  log1p,
  maximum,
  minimum,
  mul,
  reciprocal,
  reshape,
  round,
  rsqrt,
  scalar,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tensor1d,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { computeIntegers, integerType } from '../integer_types.ts';
import {
  flagAttribute,
  inputOf,
  numberAttribute,
  numberInput,
  numbersAttribute,
  numbersInput,
  type Operation,
  type Operations,
  refuse,
} from '../operation.ts';
import { select } from '../select.ts';

const of =
  (compute: (x: Tensor) => Tensor): Operation =>
  (node) =>
    compute(inputOf(node, 0));

/** 0 where one of the two inputs is 0, whatever the other one is, NaN and infinities too. */
const zeroWhereZero =
  (index: 0 | 1, compute: (x: Tensor, y: Tensor) => Tensor): Operation =>
  (node) => {
    const tested = inputOf(node, index);
    const result = compute(inputOf(node, 0), inputOf(node, 1));
    const zero = scalar(0, tested.dtype === 'int32' ? 'int32' : 'float32');
    return select(node, equal(tested, zero), zerosLike(result), result);
  };

/** The bounds are scalars, or tensors that broadcast. The least one holds where they are upside down. */
const clip: Operation = (node) => {
  const [x, least, most] = [inputOf(node, 0), inputOf(node, 1), inputOf(node, 2)];
  if (least.rank === 0 && most.rank === 0) {
    const bounds = { clipValueMin: numberInput(node, 1), clipValueMax: numberInput(node, 2) };
    if (bounds.clipValueMin <= bounds.clipValueMax) return engine().runKernel('ClipByValue', { x }, bounds);
  }
  return maximum(minimum(x, most), least);
};

/** The root of the sum of squares; of integers it is rounded towards 0. */
const euclideanNorm: Operation = (node) => {
  const x = inputOf(node, 0);
  const norm = sqrt(sum(square(cast(x, 'float32')), numbersInput(node, 1), flagAttribute(node, 'keep_dims')));
  return x.dtype === 'int32' ? cast(norm, 'int32') : norm;
};

/** The cross product of vectors of three, which are the last dimension. */
const cross: Operation = (node) => {
  const [a, b] = [inputOf(node, 0), inputOf(node, 1)];
  if (a.shape.at(-1) !== 3 || String(a.shape) !== String(b.shape))
    refuse(node, `tensors of shapes [${a.shape}] and [${b.shape}] are no vectors of three`);
  const turned = (x: Tensor, order: readonly number[]): Tensor =>
    gather(x, tensor1d([...order], 'int32'), x.rank - 1);
  return computeIntegers(integerType(node, 'T'), [a, b], ([one = a, other = b]) =>
    sub(
      mul(turned(one, [1, 2, 0]), turned(other, [2, 0, 1])),
      mul(turned(one, [2, 0, 1]), turned(other, [1, 2, 0])),
    ),
  );
};

/** The batch norm of the first graphs of TensorFlow, whose inputs are the image, mean, variance, beta and gamma. */
const globalNorm: Operation = (node) => {
  const [x, mean, variance, beta] = [inputOf(node, 0), inputOf(node, 1), inputOf(node, 2), inputOf(node, 3)];
  const root = rsqrt(add(variance, scalar(numberAttribute(node, 'variance_epsilon', 0))));
  const scale = flagAttribute(node, 'scale_after_normalization') ? mul(root, inputOf(node, 4)) : root;
  return add(mul(sub(x, mean), scale), beta);
};

/** What the kernel of the same name computes. */
const UNARY_KERNELS = [
  'BesselI0',
  'BesselI0e',
  'BesselI1',
  'BesselI1e',
  'Digamma',
  'Erfc',
  'Erfinv',
  'Lgamma',
  'Ndtri',
];

/** Functions that tfjs has no executor for, made of those that it has. */
export const FUNCTIONS: Operations = {
  AccumulateNV2: (node) =>
    computeIntegers(integerType(node, 'T'), node.inputs, (inputs) => addN([...inputs])),
  ...Object.fromEntries(UNARY_KERNELS.map((name) => [name, of((x) => engine().runKernel(name, { x }))])),
  /** tfjs counts lists alone, and TensorFlow whatever a tensor has. */
  ...Object.fromEntries(
    ['Igamma', 'Igammac', 'NextAfter', 'Polygamma', 'Zeta'].map((name): [string, Operation] => [
      name,
      (node) => engine().runKernel(name, { a: inputOf(node, 0), b: inputOf(node, 1) }),
    ]),
  ),
  Betainc: (node) =>
    engine().runKernel('Betainc', { a: inputOf(node, 0), b: inputOf(node, 1), x: inputOf(node, 2) }),
  Bincount: (node) => {
    const [x, weights] = [inputOf(node, 0), inputOf(node, 2)];
    if (weights.size > 0 && String(weights.shape) !== String(x.shape))
      refuse(node, `weights of shape [${weights.shape}] do not fit values of shape [${x.shape}]`);
    return computeIntegers(integerType(node, 'T'), [weights], ([factors = weights]) =>
      bincount(reshape(x, [-1]), reshape(factors, [-1]), numberInput(node, 1)),
    );
  },
  Bucketize: (node) =>
    engine().runKernel(
      'Bucketize',
      { x: inputOf(node, 0) },
      { boundaries: numbersAttribute(node, 'boundaries') },
    ),
  ApproximateEqual: (node) =>
    less(abs(sub(inputOf(node, 0), inputOf(node, 1))), scalar(numberAttribute(node, 'tolerance', 1e-5))),
  BatchNormWithGlobalNormalization: globalNorm,
  ClipByValue: clip,
  Cross: cross,
  DenseBincount: (node) =>
    computeIntegers(integerType(node, 'T'), [inputOf(node, 2)], ([weights = inputOf(node, 2)]) =>
      engine().runKernel<Tensor>(
        'DenseBincount',
        { x: inputOf(node, 0), weights },
        { size: numberInput(node, 1), binaryOutput: flagAttribute(node, 'binary_output') },
      ),
    ),
  DivNoNan: zeroWhereZero(1, (x, y) => div(x, y)),
  EuclideanNorm: euclideanNorm,
  Inv: of(reciprocal),
  L2Loss: of((x) => div(sum(square(x)), scalar(2))),
  ...Object.fromEntries(
    ['CheckNumerics', 'GuaranteeConst', 'PreventGradient'].map((name) => [name, of((x) => x.clone())]),
  ),
  MulNoNan: zeroWhereZero(1, (x, y) => mul(x, y)),
  Rint: of(round),
  Softsign: of((x) => div(x, add(abs(x), scalar(1)))),
  Xdivy: zeroWhereZero(0, (x, y) => div(x, y)),
  Xlog1py: zeroWhereZero(0, (x, y) => mul(x, log1p(y))),
  Xlogy: zeroWhereZero(0, (x, y) => mul(x, log(y))),
};
