import type { NamedTensors } from '../../../model/tensor.ts';

/** Larger inputs are computed without a plan. An image of 512 x 512 x 3 floats has 3 MiB. Bytes. */
const MOST_PLANNED_BYTES = 4 * 1024 * 1024;

/**
 * False for empty inputs, which take no time, and for very large inputs, whose proof would take several times the memory and
 * time of a request.
 */
export function areWorthPlanning(inputs: NamedTensors): boolean {
  let bytes = 0;
  for (const { dtype, values } of inputs.values()) {
    if (values.length === 0) return false;
    bytes += dtype === 'string' ? values.length : values.byteLength;
  }
  return bytes <= MOST_PLANNED_BYTES;
}
