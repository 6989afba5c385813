import type { NamedTensors } from '../../../model/tensor.ts';

/** Far from where sums of a few values leave float32's range. */
const LARGEST = 1e30;
/** How many times the mean size of a tensor its largest value may be. */
const MOST_SPREAD = 4096;

/**
 * True if sums of neighboring values lose nothing that matters: every float is finite, none is so large that a sum
 * overflows, and none is so much larger than the others of its tensor that they vanish in a sum with it.
 */
export function areWellScaled(tensors: NamedTensors): boolean {
  for (const { dtype, values } of tensors.values()) {
    if (dtype !== 'float32') continue;
    let largest = 0;
    let sum = 0;
    for (let index = 0; index < values.length; index++) {
      const size = Math.abs(values[index] ?? 0);
      // False for NaN too.
      if (!(size <= LARGEST)) return false;
      if (size > largest) largest = size;
      sum += size;
    }
    if (largest * values.length > MOST_SPREAD * sum) return false;
  }
  return true;
}
