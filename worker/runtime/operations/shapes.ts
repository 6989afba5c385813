import type { GraphNode } from '@tensorflow/tfjs-converter';
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

export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);
