import type { DataType } from '../../worker/model/dtype.ts';

/** Sizes; null where any is taken. */
export type Shape = readonly (number | null)[];

/** A tensor of a graph under construction. */
export interface SymbolicTensor {
  /** As nodes name what they take: `node`, or `node:index`. */
  readonly ref: string;
  readonly dtype: DataType;
  readonly shape: Shape;
  /** Keras's mask: which steps count, [batch, steps] of bool. */
  readonly mask?: SymbolicTensor | undefined;
}

export function isSymbolicTensor(value: unknown): value is SymbolicTensor {
  return (
    typeof value === 'object' && value !== null && 'ref' in value && 'dtype' in value && 'shape' in value
  );
}

export function withMask(tensor: SymbolicTensor, mask: SymbolicTensor | undefined): SymbolicTensor {
  const { ref, dtype, shape } = tensor;
  return mask === undefined ? { ref, dtype, shape } : { ref, dtype, shape, mask };
}

export function rank({ shape }: SymbolicTensor): number {
  return shape.length;
}

/** The size of a dimension, counted from the end where the axis is negative. */
export function sizeOf({ shape }: SymbolicTensor, axis: number): number | null {
  return shape.at(axis) ?? null;
}

/** An axis as a number from 0 on; undefined where the tensor does not have it. */
export function axisOf(tensor: SymbolicTensor, axis: number): number | undefined {
  const from = axis < 0 ? axis + rank(tensor) : axis;
  return from >= 0 && from < rank(tensor) ? from : undefined;
}

/** The axes as numbers from 0 on; those that the tensor does not have are left out. */
export function axesOf(tensor: SymbolicTensor, axes: readonly number[]): number[] {
  return axes.flatMap((axis) => axisOf(tensor, axis) ?? []);
}

/** As TensorFlow broadcasts; sizes that are not known are taken to fit. */
export function broadcastShape(one: Shape, other: Shape): Shape {
  const length = Math.max(one.length, other.length);
  return Array.from({ length }, (_, index) => {
    const left = index < length - one.length ? 1 : (one[index - length + one.length] ?? null);
    const right = index < length - other.length ? 1 : (other[index - length + other.length] ?? null);
    if (left === 1) return right;
    if (right === 1 || right === null) return left;
    return left ?? right;
  });
}

/** Whether two shapes broadcast, as far as they are known. */
export function canBroadcast(one: Shape, other: Shape): boolean {
  const length = Math.min(one.length, other.length);
  return Array.from({ length }, (_, index) => index + 1).every((fromEnd) => {
    const [left, right] = [one.at(-fromEnd) ?? null, other.at(-fromEnd) ?? null];
    return left === null || right === null || left === 1 || right === 1 || left === right;
  });
}

/** How many elements there are; undefined where that depends on the request. */
export function knownCount(shape: Shape): number | undefined {
  let count = 1;
  for (const size of shape) {
    if (size === null) return undefined;
    count *= size;
  }
  return count;
}
