import type { DataType } from '@tensorflow/tfjs-core';
import type { KernelCall } from '../../kernel_call.ts';
import { gives, type Rule, type Rules } from '../../rule.ts';

/**
 * The rule of an element-wise operation on one tensor. `dtypes` are TensorFlow's dtypes for the operation that the
 * kernel computes.
 */
function unary(dtypes: readonly DataType[], output?: DataType): Rule {
  return (call) => {
    const x = call.tensor('x');
    if (!dtypes.includes(x.dtype)) call.expectDtype(x, 'x', ...dtypes);
    return gives(x.shape, output ?? x.dtype);
  };
}

const floats = unary(['float32']);
const numbers = unary(['float32', 'int32']);
const test = unary(['float32'], 'bool');

const cast: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'float32', 'int32', 'bool');
  const dtype = call.attribute('dtype');
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
    return call.refuse(`a cast to ${String(dtype)} is not computed`);
  return gives(x.shape, dtype);
};

const clip: Rule = (call) => {
  call.number('clipValueMin');
  call.number('clipValueMax');
  return numbers(call);
};

/** Between which of some boundaries, which never fall, each value is. */
const bucketize: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'float32', 'int32');
  const boundaries = bucketBoundaries(call);
  if (boundaries.some((each, index) => !(each >= (boundaries[index - 1] ?? each))))
    call.refuse(`the boundaries [${boundaries.slice(0, 8)}] are not sorted`);
  return gives(x.shape, 'int32');
};

export function bucketBoundaries(call: KernelCall): readonly number[] {
  const boundaries = call.attribute('boundaries');
  if (Array.isArray(boundaries) && boundaries.every((each) => typeof each === 'number')) return boundaries;
  return call.refuse('the boundaries are not a list of numbers');
}

const leakyRelu: Rule = (call) => {
  call.number('alpha');
  return floats(call);
};

/** Only along the last dimension, as the kernel reads memory. */
const softmax: Rule = (call) => {
  const logits = call.tensor('logits');
  call.expectDtype(logits, 'logits', 'float32');
  const dim = call.axis('dim', logits.shape.length);
  if (dim !== logits.shape.length - 1) call.refuse(`the dimension ${dim} is not the last one`);
  return gives(logits.shape, 'float32');
};

export const UNARY_RULES: Rules = {
  Abs: numbers,
  Acos: floats,
  Acosh: floats,
  Asin: floats,
  Asinh: floats,
  Atan: floats,
  Atanh: floats,
  BesselI0: floats,
  BesselI0e: floats,
  BesselI1: floats,
  BesselI1e: floats,
  Bucketize: bucketize,
  Cast: cast,
  Ceil: floats,
  ClipByValue: clip,
  Cos: floats,
  Cosh: floats,
  Digamma: floats,
  Elu: floats,
  Erf: floats,
  Erfc: floats,
  Erfinv: floats,
  Exp: floats,
  Expm1: floats,
  Floor: floats,
  IsFinite: test,
  IsInf: test,
  IsNan: test,
  LeakyRelu: leakyRelu,
  Lgamma: floats,
  Log: floats,
  Log1p: floats,
  LogicalNot: unary(['bool']),
  Ndtri: floats,
  Neg: numbers,
  Reciprocal: floats,
  Relu: numbers,
  Relu6: numbers,
  Round: numbers,
  Rsqrt: floats,
  Selu: floats,
  Sigmoid: floats,
  Sign: numbers,
  Sin: floats,
  Sinh: floats,
  Softmax: softmax,
  Softplus: floats,
  Sqrt: floats,
  Square: numbers,
  Tan: floats,
  Tanh: floats,
};
