import type { Shape } from '../symbolic_tensor.ts';

/** How a window moves over a tensor, whose channels come last: one number for each dimension of space. */
export interface Window {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padding: 'valid' | 'same';
}

/** The sizes in space of what a window makes of a tensor; undefined where it fits nowhere. */
export function windowed(space: Shape, { size, strides, dilations, padding }: Window): Shape | undefined {
  const result = space.map((length, index) => {
    if (length === null) return null;
    const stride = strides[index] ?? 1;
    if (padding === 'same') return Math.ceil(length / stride);
    const reach = ((size[index] ?? 1) - 1) * (dilations[index] ?? 1) + 1;
    return Math.floor((length - reach) / stride) + 1;
  });
  return result.some((length) => length !== null && length < 1) ? undefined : result;
}
