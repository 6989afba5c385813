import type { KernelFunctions } from '../kernel_signatures.ts';

/** One dimension of a copy, with the strides of both sides in elements. */
export interface CopyDimension {
  readonly size: number;
  readonly from: number;
  readonly to: number;
}

type Five = [CopyDimension, CopyDimension, CopyDimension, CopyDimension, CopyDimension];

/**
 * Merges dimensions through which both sides pass in the same way.
 *
 * @returns undefined if more than five dimensions remain
 */
export function copyWalk(dimensions: readonly CopyDimension[]): Five | undefined {
  const merged: CopyDimension[] = [];
  for (const dimension of [...dimensions].reverse()) {
    if (dimension.size === 1) continue;
    const inner = merged[0];
    if (inner && dimension.from === inner.from * inner.size && dimension.to === inner.to * inner.size) {
      merged[0] = { ...inner, size: inner.size * dimension.size };
    } else {
      merged.unshift(dimension);
    }
  }
  if (merged.length === 0) merged.push({ size: 1, from: 1, to: 1 });
  while (merged.length < 5) merged.unshift({ size: 1, from: 0, to: 0 });
  const [first, second, third, fourth, last, ...more] = merged;
  if (!first || !second || !third || !fourth || !last || more.length > 0) return undefined;
  return [first, second, third, fourth, last];
}

export function runCopy(functions: KernelFunctions, from: number, to: number, walk: Five): void {
  const [a, b, c, d, e] = walk;
  functions.copy(
    from,
    to,
    a.size,
    b.size,
    c.size,
    d.size,
    e.size,
    a.from,
    b.from,
    c.from,
    d.from,
    e.from,
    a.to,
    b.to,
    c.to,
    d.to,
    e.to,
  );
}

/** Returns the strides of a dense tensor in elements. */
export function denseStrides(shape: readonly number[]): number[] {
  let stride = 1;
  return shape
    .toReversed()
    .map((size) => {
      const here = stride;
      stride *= size;
      return here;
    })
    .reverse();
}
