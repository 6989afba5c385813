import {
  abs,
  add,
  addN,
  cast,
  cumprod,
  cumsum,
  engine,
  fill,
  matMul,
  max,
  min,
  mul,
  neg,
  pow,
  prod,
  square,
  squaredDifference,
  sub,
  sum,
  type Tensor,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { ExecutionError } from '../loaded_model.ts';
import { computeIntegers, expectInt32, extremesOf, integerType, wrap } from './integer_types.ts';
import { inputOf, numberAttribute, numberInput, numbersInput, type Operation, refuse } from './operation.ts';
import { complexOf, complexProduct, isComplex, realPart } from './spectral/complex_numbers.ts';
import { joinPairs } from './strings/joining.ts';

/** Makes an operation that tfjs computes correctly except for integers of other than 32 bits. */
function unary(compute: (x: Tensor) => Tensor): Operation {
  return (node) =>
    computeIntegers(integerType(node, 'T'), [inputOf(node, 0)], ([x = inputOf(node, 0)]) => compute(x));
}

function binary(compute: (a: Tensor, b: Tensor) => Tensor, type = 'T'): Operation {
  return (node) =>
    computeIntegers(
      integerType(node, type),
      [inputOf(node, 0), inputOf(node, 1)],
      ([a = inputOf(node, 0), b = inputOf(node, 1)]) => compute(a, b),
    );
}

function reduction(compute: (x: Tensor, axes: number[], keepDims: boolean) => Tensor): Operation {
  return (node) => {
    const axes = Array.from(inputOf(node, 1).dataSync(), Number);
    const keepDims = node.attrs.keep_dims === true;
    return unary((x) => compute(x, axes, keepDims))(node);
  };
}

/** The largest or the least of what there is. Of nothing, it is the other end of the type. */
function extreme(compute: (x: Tensor, axes: number[], keepDims: boolean) => Tensor, end: 0 | 1): Operation {
  return (node) => {
    const [x, type] = [inputOf(node, 0), integerType(node, 'T')];
    const result = compute(x, numbersInput(node, 1), node.attrs.keep_dims === true);
    if (type === undefined || x.size > 0 || result.size === 0) return result;
    return type.kind === 'narrow'
      ? fill(result.shape, extremesOf(type)[end], 'int32')
      : refuse(node, 'there is none of no int64 that fits 32 bits');
  };
}

function cumulative(
  compute: (x: Tensor, axis: number, exclusive: boolean, reverse: boolean) => Tensor,
): Operation {
  return (node) => {
    const x = inputOf(node, 0);
    const given = numberInput(node, 1);
    // For a negative axis, tfjs transposes the last dimension but then computes along none.
    const axis = given < 0 && given >= -x.rank ? given + x.rank : given;
    return unary((values) =>
      compute(values, axis, node.attrs.exclusive === true, node.attrs.reverse === true),
    )(node);
  };
}

const sumOfAll: Operation = (node) => {
  const count = numberAttribute(node, 'N', node.inputs.length);
  if (node.inputs.length < count) throw new ExecutionError('AddN: a node lacks some of its inputs');
  return computeIntegers(integerType(node, 'T'), node.inputs.slice(0, count), (inputs) => addN([...inputs]));
};

/**
 * For a type of 8 or 16 bits, keeps the lowest bits as C++ does. For int64, refuses values that do not fit into 32
 * bits.
 */
const castTo: Operation = (node) => {
  const x = inputOf(node, 0);
  if (isComplex(node, 'DstT'))
    return isComplex(node, 'SrcT') ? x.clone() : complexOf(cast(x, 'float32'), zerosLike(cast(x, 'float32')));
  if (isComplex(node, 'SrcT')) return realPart(x);
  const type = integerType(node, 'DstT');
  // tfjs does not have 16-bit integers.
  const dtype = type === undefined ? node.attrs.DstT : 'int32';
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
    throw new ExecutionError(`Cast: the type ${String(dtype)} is not computed`);
  const result = cast(x, dtype);
  if (type === undefined || x.dtype === 'bool') return result;
  if (type.kind === 'narrow') return wrap(result, type);
  return x.dtype === 'float32' ? expectInt32(result, x, 1) : result;
};

/** @param output the attribute that names the type of the result */
function product(a: string, b: string, output = 'T'): Operation {
  return (node) =>
    binary((x, y) => matMul(x, y, node.attrs[a] === true, node.attrs[b] === true), output)(node);
}

const multiplyNumbers = binary(mul);
const multiplication: Operation = (node) =>
  isComplex(node, 'T') ? complexProduct(inputOf(node, 0), inputOf(node, 1)) : multiplyNumbers(node);

const addNumbers = binary(add);
const addition: Operation = (node) =>
  inputOf(node, 0).dtype === 'string' ? joinPairs(node) : addNumbers(node);

/** The operations whose integers may leave the range of their type, by TensorFlow's names. */
export const ARITHMETIC: Readonly<Record<string, Operation>> = {
  Abs: unary(abs),
  Add: addition,
  AddN: sumOfAll,
  AddV2: addition,
  BatchMatMul: product('adj_x', 'adj_y'),
  BatchMatMulV2: product('adj_x', 'adj_y'),
  BatchMatMulV3: product('adj_x', 'adj_y', 'Tout'),
  Cast: castTo,
  Cumprod: cumulative(cumprod),
  Cumsum: cumulative(cumsum),
  CumulativeLogsumexp: cumulative((x, axis, exclusive, reverse) =>
    engine().runKernel('CumulativeLogsumexp', { x }, { axis, exclusive, reverse }),
  ),
  MatMul: product('transpose_a', 'transpose_b'),
  Max: extreme(max, 0),
  Min: extreme(min, 1),
  Mul: multiplication,
  Neg: unary(neg),
  Pow: binary(pow),
  Prod: reduction(prod),
  SparseMatMul: product('transpose_a', 'transpose_b'),
  Square: unary(square),
  SquaredDifference: binary(squaredDifference),
  Sub: binary(sub),
  Sum: reduction(sum),
};
