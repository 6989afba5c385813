import type { NamedTensors } from '../../../model/tensor.ts';

/** The largest magnitude, at which sums of a few values are far from the end of float32's range. */
const LARGEST = 1e30;
/** The largest permitted ratio of a tensor's largest magnitude to its mean magnitude. */
const MOST_SPREAD = 4096;

/**
 * True if sums of neighboring values lose nothing relevant: every float is finite, no float is so large that a sum
 * overflows, and no float is so much larger than the others of its tensor that they vanish in a sum with it.
 */
export function areWellScaled(tensors: NamedTensors): boolean {
  for (const { dtype, values } of tensors.values()) {
    if (dtype !== 'float32') continue;
    let largest = 0;
    let sum = 0;
    for (let index = 0; index < values.length; index++) {
      const size = Math.abs(values[index] ?? 0);
      // Also false for NaN.
      if (!(size <= LARGEST)) return false;
      if (size > largest) largest = size;
      sum += size;
    }
    if (largest * values.length > MOST_SPREAD * sum) return false;
  }
  return true;
}
