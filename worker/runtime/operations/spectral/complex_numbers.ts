import type { GraphNode } from '@tensorflow/tfjs-converter';
import { add, mul, reshape, slice, stack, sub, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { member, rawAttribute } from '../operation.ts';

/**
 * A complex tensor is one of float32 with one dimension more, which holds the real and the imaginary part. The backend
 * has no memory for tfjs's complex64.
 */
export function isComplex(node: GraphNode, attribute: string): boolean {
  const type = member(rawAttribute(node, attribute), 'type');
  return type === 'DT_COMPLEX64' || type === 8;
}

const part = (x: Tensor, index: 0 | 1): Tensor => {
  const shape = x.shape.slice(0, -1);
  return reshape(slice(x, [...shape.map(() => 0), index], [...shape, 1]), shape);
};

export const realPart = (x: Tensor): Tensor => part(x, 0);
export const imaginaryPart = (x: Tensor): Tensor => part(x, 1);

export const complexOf = (real: Tensor, imaginary: Tensor): Tensor => stack([real, imaginary], real.rank);

export const conjugateOf = (x: Tensor): Tensor => mul(x, tensor1d([1, -1]));

export function complexProduct(a: Tensor, b: Tensor): Tensor {
  const [aReal, aImaginary, bReal, bImaginary] = [
    realPart(a),
    imaginaryPart(a),
    realPart(b),
    imaginaryPart(b),
  ];
  return complexOf(
    sub(mul(aReal, bReal), mul(aImaginary, bImaginary)),
    add(mul(aReal, bImaginary), mul(aImaginary, bReal)),
  );
}
