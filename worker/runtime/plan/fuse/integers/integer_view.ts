import type { BufferId } from '../../ir/buffers.ts';

/**
 * The bytes a kernel may touch behind the last element of a buffer of bytes: see the kernels in assembly/integers/. What
 * is read there has no influence on results.
 */
export const BYTES_BEHIND = 16;

/** Signed bytes that stand for the values of a buffer of floats, all of which are integers: value = byte + offset. */
export interface IntegerView {
  readonly bytes: BufferId;
  readonly offset: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Returns the offset for integers of a range: 0 or 128 for those of the types int8 and uint8. */
export function offsetFor(lowest: number, highest: number): number {
  if (lowest >= -128 && highest <= 127) return 0;
  if (lowest >= 0 && highest <= 255) return 128;
  return lowest + 128;
}

/** Returns the largest magnitude of the values. */
export function largestOf({ lowest, highest }: Pick<IntegerView, 'lowest' | 'highest'>): number {
  return Math.max(Math.abs(lowest), Math.abs(highest));
}
