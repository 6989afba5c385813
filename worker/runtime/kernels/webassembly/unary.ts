import {
  type BinaryInputs,
  backend_util,
  type ClipByValueAttrs,
  type LeakyReluAttrs,
  type PreluInputs,
  type TensorInfo,
  type UnaryInputs,
} from '@tensorflow/tfjs-core';
import { elementCount } from '../../../model/tensor.ts';
import { isCovered, type Kernel, type KernelContext } from '../kernel.ts';
import { BinaryOperation, UnaryOperation } from '../kernel_signatures.ts';
import { broadcastWalk, runBinary } from './binary_elementwise.ts';

/** Makes a kernel of one operation. assembly/unary.ts describes alpha and beta. */
export function unary(operation: UnaryOperation, alpha = 0, beta = 0): Kernel<UnaryInputs, unknown> {
  return (context, { x }) => runUnary(context, operation, x, alpha, beta);
}

export const leakyRelu: Kernel<UnaryInputs, LeakyReluAttrs> = (context, { x }, { alpha }) =>
  runUnary(context, UnaryOperation.leakyRelu, x, alpha, 0);

export const clipByValue: Kernel<UnaryInputs, ClipByValueAttrs> = (context, { x }, attributes) =>
  runUnary(context, UnaryOperation.clamp, x, attributes.clipValueMin, attributes.clipValueMax);

function runUnary(
  { functions, heap }: KernelContext,
  operation: UnaryOperation,
  x: TensorInfo | undefined,
  alpha: number,
  beta: number,
): TensorInfo | undefined {
  if (!isCovered(x)) return undefined;
  const result = heap.output(x.shape);
  functions.unary(operation, heap.address(x), heap.address(result), elementCount(x.shape), alpha, beta);
  return result;
}

export function binary(operation: BinaryOperation): Kernel<BinaryInputs, unknown> {
  return ({ functions, heap }, { a, b }) => {
    if (!isCovered(a) || !isCovered(b)) return undefined;
    const shape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
    if (broadcastWalk(a.shape, b.shape, shape) === undefined) return undefined;
    const result = heap.output(shape);
    runBinary(functions, heap, operation, a, b, result);
    return result;
  };
}

export const prelu: Kernel<PreluInputs, unknown> = (context, { x, alpha }, attributes) =>
  binary(BinaryOperation.prelu)(context, { a: x, b: alpha }, attributes);
