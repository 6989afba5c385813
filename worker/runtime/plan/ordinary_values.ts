import type { NamedTensors } from '../tensor.ts';

/** Far from where sums of a few values leave float32's range. */
const LARGEST = 1e30;

/** Whether all numbers are finite, and not so large that their sums are not. */
export function areOrdinary(tensors: NamedTensors): boolean {
  for (const { dtype, values } of tensors.values()) {
    if (dtype !== 'float32') continue;
    for (let index = 0; index < values.length; index++) {
      const value = values[index] ?? 0;
      // NaN is neither.
      if (!(value <= LARGEST && value >= -LARGEST)) return false;
    }
  }
  return true;
}
