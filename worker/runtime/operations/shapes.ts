import type { GraphNode } from '@tensorflow/tfjs-converter';
import { broadcastTo, reshape, slice, type Tensor } from '@tensorflow/tfjs-core';
import { elementCount } from '../../model/tensor.ts';
import { refuse } from './operation.ts';

/**
 * Returns the shape to which two shapes broadcast.
 *
 * @throws ExecutionError if they do not broadcast
 */
export function broadcastShape(node: GraphNode, a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const one = a[axis - rank + a.length] ?? 1;
    const other = b[axis - rank + b.length] ?? 1;
    if (one !== other && one !== 1 && other !== 1) refuse(node, `shapes [${a}] and [${b}] do not broadcast`);
    return one === 1 ? other : one;
  });
}

/**
 * Broadcasts a tensor to a shape, as TensorFlow's BroadcastTo does. tfjs returns the tensor itself if the shape has no
 * elements.
 *
 * @throws Error of tfjs if the tensor does not broadcast to the shape
 */
export function stretch(x: Tensor, shape: readonly number[]): Tensor {
  if (elementCount(shape) > 0 || x.rank > shape.length) return broadcastTo(x, [...shape]);
  const whole = [...Array.from({ length: shape.length - x.rank }, () => 1), ...x.shape];
  const kept = whole.map((size, axis) => (size === 1 && shape[axis] === 0 ? 0 : size));
  const begin = whole.map(() => 0);
  return broadcastTo(slice(reshape(x, whole), begin, kept), [...shape]);
}
