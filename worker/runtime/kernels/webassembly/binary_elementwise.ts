import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Heap } from '../heap.ts';
import type { BinaryOperation, KernelFunctions } from '../kernel_signatures.ts';

/** Sizes and strides of two tensors for a broadcast result of four dimensions: see assembly/binary.ts. */
export interface BroadcastWalk {
  readonly sizes: readonly [number, number, number, number];
  readonly a: readonly [number, number, number, number];
  readonly b: readonly [number, number, number, number];
}

interface Dimension {
  size: number;
  a: number;
  b: number;
}

/**
 * Merges dimensions through which both sides pass in the same way.
 *
 * @returns undefined if a side does not broadcast to the result or more than four dimensions remain
 */
export function broadcastWalk(
  aShape: readonly number[],
  bShape: readonly number[],
  shape: readonly number[],
): BroadcastWalk | undefined {
  const dimensions: Dimension[] = [];
  let aStride = 1;
  let bStride = 1;
  if (aShape.length > shape.length || bShape.length > shape.length) return undefined;
  for (let fromEnd = 1; fromEnd <= shape.length; fromEnd += 1) {
    const size = shape.at(-fromEnd) ?? 1;
    const aSize = aShape.at(-fromEnd) ?? 1;
    const bSize = bShape.at(-fromEnd) ?? 1;
    // With other sizes, the result's positions would be behind the end of this side.
    if ((aSize !== 1 && aSize !== size) || (bSize !== 1 && bSize !== size)) return undefined;
    if (size !== 1) {
      const a = aSize === 1 ? 0 : aStride;
      const b = bSize === 1 ? 0 : bStride;
      const inner = dimensions[0];
      if (inner && a === inner.a * inner.size && b === inner.b * inner.size) inner.size *= size;
      else dimensions.unshift({ size, a, b });
    }
    // at(-n) of a shorter shape is undefined: the dimension is broadcast.
    aStride *= fromEnd > aShape.length ? 1 : aSize;
    bStride *= fromEnd > bShape.length ? 1 : bSize;
  }
  if (dimensions.length === 0) dimensions.push({ size: 1, a: 1, b: 1 });
  while (dimensions.length < 4) dimensions.unshift({ size: 1, a: 0, b: 0 });
  const [first, second, third, last, ...more] = dimensions;
  if (!first || !second || !third || !last || more.length > 0) return undefined;
  return {
    sizes: [first.size, second.size, third.size, last.size],
    a: [first.a, second.a, third.a, last.a],
    b: [first.b, second.b, third.b, last.b],
  };
}

/** @returns true if the shapes are covered and the result was computed */
export function runBinary(
  functions: KernelFunctions,
  heap: Heap,
  operation: BinaryOperation,
  a: TensorInfo,
  b: TensorInfo,
  result: TensorInfo,
): boolean {
  const walk = broadcastWalk(a.shape, b.shape, result.shape);
  if (walk === undefined) return false;
  functions.binary(
    operation,
    heap.address(a),
    heap.address(b),
    heap.address(result),
    ...walk.sizes,
    ...walk.a,
    ...walk.b,
  );
  return true;
}
