import type { BufferId } from '../../ir/buffers.ts';
import { neededSteps } from '../../ir/lifetimes.ts';
import type { Step } from '../../ir/step.ts';

/**
 * Returns the buffers on whose values a rounding depends, of the rows of a product or of a tensor. A difference in the last bit of
 * one of them can change a code, and with it all that follows; a difference elsewhere changes no code.
 */
export function buffersBeforeRounding(steps: readonly Step[]): ReadonlySet<BufferId> {
  const rounded = new Set(steps.flatMap((step) => (rounds(step) ? step.reads : [])));
  const before = neededSteps(steps, rounded);
  return new Set([...rounded, ...before.flatMap(({ writes }) => writes)]);
}

/** Products that stay in float32 round by tfjs's kernel. */
function rounds({ name }: Step): boolean {
  return name === 'quantize_rows' || name === 'quantize_tensor' || name === 'Round';
}
