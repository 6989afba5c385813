import { div, engine } from '@tensorflow/tfjs-core';
import { inputOf, type Operation } from '../operation.ts';

/** Divides. Integer quotients are rounded toward zero, but tfjs rounds them down. */
export const divide: Operation = (node) => {
  const [a, b] = [inputOf(node, 0), inputOf(node, 1)];
  return a.dtype === 'int32' ? engine().runKernel('TruncateDiv', { a, b }) : div(a, b);
};

/** The remainder has the sign of the dividend, but in tfjs that of the divisor. */
export const truncateMod: Operation = (node) =>
  engine().runKernel('TruncateMod', { a: inputOf(node, 0), b: inputOf(node, 1) });
