import type { KernelCall } from './kernel_call.ts';

export function isEmpty(shape: readonly number[]): boolean {
  for (let index = 0; index < shape.length; index++) if (shape[index] === 0) return true;
  return false;
}

export function isSameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

/**
 * Returns the shape to which both shapes broadcast by NumPy's rule.
 *
 * @throws KernelRefusal if they do not broadcast
 */
export function broadcast(call: KernelCall, a: readonly number[], b: readonly number[]): readonly number[] {
  if (isSameShape(a, b)) return a;
  const longer = a.length >= b.length ? a : b;
  const shorter = a.length >= b.length ? b : a;
  const shape = [...longer];
  const shift = longer.length - shorter.length;
  for (let index = 0; index < shorter.length; index++) {
    const one = longer[index + shift] ?? 1;
    const other = shorter[index] ?? 1;
    if (one !== other && one !== 1 && other !== 1) call.refuse(`shapes [${a}] and [${b}] do not broadcast`);
    shape[index + shift] = one === 1 ? other : one;
  }
  return shape;
}

/** Returns the shape after a reduction. */
export function reducedShape(
  shape: readonly number[],
  axes: readonly number[],
  keepDims: boolean,
): readonly number[] {
  if (keepDims) return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return shape.filter((_, axis) => !axes.includes(axis));
}
