import { LARGEST_FLOAT32 } from '../../../model/dtype.ts';

/**
 * True if a finite number overflows float32. The largest float32 may be written with fewer digits than its exact value
 * has.
 */
export function overflowsFloat32(value: number): boolean {
  if (value <= LARGEST_FLOAT32 && value >= -LARGEST_FLOAT32) return false;
  return Number.isFinite(value) && !Number.isFinite(Math.fround(value));
}
