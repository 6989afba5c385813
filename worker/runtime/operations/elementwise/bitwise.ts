import { cast, engine, minimum, mul, pow, scalar, type Tensor } from '@tensorflow/tfjs-core';
import { expectInt32, integerType, wrap } from '../integer_types.ts';
import { inputOf, type Operation } from '../operation.ts';

type Bitwise = 'and' | 'left' | 'or' | 'right' | 'xor';

/** tfjs-converter hands the kernel nothing. The result of integers of 8 or 64 bits fits their type. */
export function bitwise(operation: Bitwise): Operation {
  return (node) => compute(operation, inputOf(node, 0), inputOf(node, 1));
}

export const invert: Operation = (node) => {
  const inverted = compute('xor', inputOf(node, 0), scalar(-1, 'int32'));
  const type = integerType(node, 'T');
  return type?.kind === 'narrow' ? wrap(inverted, type) : inverted;
};

/** What is shifted out of 8 or 16 bits is lost, and what of 64 bits does not fit 32 is refused. */
export const leftShift: Operation = (node) => {
  const [x, by] = [inputOf(node, 0), inputOf(node, 1)];
  const type = integerType(node, 'T');
  if (type?.kind === 'narrow')
    return wrap(compute('left', x, minimum(by, scalar(type.bits - 1, 'int32'))), type);
  const shifted = compute('left', x, by);
  if (type === undefined) return shifted;
  const exact = mul(cast(x, 'float32'), pow(scalar(2), cast(by, 'float32')));
  return expectInt32(shifted, exact, 2 ** 31);
};

/** Integers of fewer bits have the sign of all 32. */
export const rightShift: Operation = (node) => {
  const [x, by] = [inputOf(node, 0), inputOf(node, 1)];
  const type = integerType(node, 'T');
  return compute('right', x, type?.kind === 'narrow' ? minimum(by, scalar(type.bits - 1, 'int32')) : by);
};

function compute(operation: Bitwise, a: Tensor, b: Tensor): Tensor {
  return engine().runKernel('Bitwise', { a, b }, { operation });
}
