import { engine, scalar, type Tensor } from '@tensorflow/tfjs-core';
import { integerType, wrap } from './integer_types.ts';
import { inputOf, type Operation } from './operation.ts';

/**
 * Makes a bitwise operation, which tfjs-converter does not have. The result of 8- or 64-bit integers fits their type.
 */
export function bitwise(operation: 'and' | 'or' | 'xor'): Operation {
  return (node) => compute(operation, inputOf(node, 0), inputOf(node, 1));
}

export const invert: Operation = (node) => {
  const inverted = compute('xor', inputOf(node, 0), scalar(-1, 'int32'));
  const type = integerType(node, 'T');
  return type?.kind === 'narrow' ? wrap(inverted, type) : inverted;
};

function compute(operation: 'and' | 'or' | 'xor', a: Tensor, b: Tensor): Tensor {
  return engine().runKernel('Bitwise', { a, b }, { operation });
}
