import { div, engine, floorDiv, type Tensor } from '@tensorflow/tfjs-core';
import { computeIntegers, integerType } from '../integer_types.ts';
import { inputOf, type Operation } from '../operation.ts';

/** The quotient of the least integer of a type and -1 leaves the type. */
const quotient =
  (compute: (a: Tensor, b: Tensor) => Tensor): Operation =>
  (node) =>
    computeIntegers(
      integerType(node, 'T'),
      [inputOf(node, 0), inputOf(node, 1)],
      ([a = inputOf(node, 0), b = inputOf(node, 1)]) => compute(a, b),
    );

/** Divides. Integer quotients are rounded toward zero, but tfjs rounds them down. */
export const divide = quotient((a, b) =>
  a.dtype === 'int32' ? engine().runKernel('TruncateDiv', { a, b }) : div(a, b),
);

export const floorDivide = quotient(floorDiv);

/** The remainder has the sign of the dividend, but in tfjs that of the divisor. */
export const truncateMod: Operation = (node) =>
  engine().runKernel('TruncateMod', { a: inputOf(node, 0), b: inputOf(node, 1) });
