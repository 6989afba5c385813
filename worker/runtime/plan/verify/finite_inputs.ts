import type { NamedTensors } from '../../../model/tensor.ts';

/** Far from where sums of a few values leave float32's range. */
const LARGEST = 1e30;
/** How many times the mean size of a tensor its largest value may be. */
const MOST_SPREAD = 4096;

/**
 * Whether sums of neighboring values lose nothing that matters: all floats are finite, not so large that their sums
 * are not, and none so large beside the others that these vanish in a sum with it.
 */
export function areOrdinary(tensors: NamedTensors): boolean {
  for (const { dtype, values } of tensors.values()) {
    if (dtype !== 'float32') continue;
    let largest = 0;
    let sum = 0;
    for (let index = 0; index < values.length; index++) {
      const size = Math.abs(values[index] ?? 0);
      // NaN is neither.
      if (!(size <= LARGEST)) return false;
      if (size > largest) largest = size;
      sum += size;
    }
    if (largest * values.length > MOST_SPREAD * sum) return false;
  }
  return true;
}
