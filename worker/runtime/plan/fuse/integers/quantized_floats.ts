import type { BufferId } from '../../ir/buffers.ts';
import { functionStep } from '../../ir/function_step.ts';
import type { IntegerStep } from './integer_product.ts';
import { BYTES_BEHIND, offsetFor } from './integer_view.ts';
import type { Requantization } from './match_requantization.ts';

/** Makes the step that quantizes floats, equal bit for bit, or undefined if it does not cover the requantization. */
export function quantizedFloats(
  { sums, width, scaleAt, zero, lowest, highest, count }: Requantization,
  createBuffer: (bytes: number) => BufferId,
): IntegerStep | undefined {
  if (width !== 1) return undefined;
  const bytes = createBuffer(count + BYTES_BEHIND);
  const offset = offsetFor(lowest, highest);
  const [x, y] = [
    { buffer: sums, offset: 0 },
    { buffer: bytes, offset: 0 },
  ];
  const range = { zero: zero - offset, lower: lowest - offset, upper: highest - offset };
  return {
    step: functionStep('quantize_floats', { x, y, count, scale: scaleAt(0), ...range }),
    view: { bytes, offset, lowest, highest },
  };
}
