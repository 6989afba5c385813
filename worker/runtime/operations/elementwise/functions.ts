import {
  abs,
  add,
  addN,
  cast,
  div,
  engine,
  equal,
  log,
  log1p,
  maximum,
  minimum,
  mul,
  reciprocal,
  round,
  scalar,
  sqrt,
  square,
  sum,
  type Tensor,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { computeIntegers, integerType } from '../integer_types.ts';
import {
  flagAttribute,
  inputOf,
  numberInput,
  numbersAttribute,
  numbersInput,
  type Operation,
  type Operations,
} from '../operation.ts';

const of =
  (compute: (x: Tensor) => Tensor): Operation =>
  (node) =>
    compute(inputOf(node, 0));

/** 0 where the first input is 0, whatever the second one is, NaN and infinities too. */
const zeroWhereZero =
  (compute: (x: Tensor, y: Tensor) => Tensor): Operation =>
  (node) => {
    const [x, y] = [inputOf(node, 0), inputOf(node, 1)];
    const result = compute(x, y);
    return where(equal(x, scalar(0, x.dtype === 'int32' ? 'int32' : 'float32')), zerosLike(result), result);
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

/** Functions that tfjs has no executor for, made of those that it has. */
export const FUNCTIONS: Operations = {
  AccumulateNV2: (node) =>
    computeIntegers(integerType(node, 'T'), node.inputs, (inputs) => addN([...inputs])),
  ...Object.fromEntries(
    ['Digamma', 'Erfc', 'Erfinv', 'Lgamma', 'Ndtri'].map((name) => [
      name,
      of((x) => engine().runKernel(name, { x })),
    ]),
  ),
  Bucketize: (node) =>
    engine().runKernel(
      'Bucketize',
      { x: inputOf(node, 0) },
      { boundaries: numbersAttribute(node, 'boundaries') },
    ),
  ClipByValue: clip,
  EuclideanNorm: euclideanNorm,
  Inv: of(reciprocal),
  L2Loss: of((x) => div(sum(square(x)), scalar(2))),
  Rint: of(round),
  Softsign: of((x) => div(x, add(abs(x), scalar(1)))),
  Xdivy: zeroWhereZero((x, y) => div(x, y)),
  Xlog1py: zeroWhereZero((x, y) => mul(x, log1p(y))),
  Xlogy: zeroWhereZero((x, y) => mul(x, log(y))),
};
