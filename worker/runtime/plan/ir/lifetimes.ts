import type { Access, BufferId } from './buffers.ts';

/** From the first to the last step that has to do with a buffer, both included. */
export interface Lifetime {
  readonly from: number;
  readonly until: number;
}

/** The steps that the outputs depend on, in their order. A buffer may be written by several steps. */
export function neededSteps<Step extends Access>(
  steps: readonly Step[],
  outputs: Iterable<BufferId>,
): Step[] {
  const wanted = new Set(outputs);
  const needed: Step[] = [];
  for (const step of steps.toReversed()) {
    if (!step.writes.some((buffer) => wanted.has(buffer))) continue;
    for (const buffer of step.reads) wanted.add(buffer);
    needed.push(step);
  }
  return needed.reverse();
}

/**
 * How long each buffer is needed. Inputs are there before the first step, outputs until after the last; a buffer
 * that is neither and that no step touches has no lifetime.
 */
export function lifetimes(
  steps: readonly Access[],
  inputs: Iterable<BufferId>,
  outputs: Iterable<BufferId>,
): Map<BufferId, Lifetime> {
  const found = new Map<BufferId, Lifetime>();
  const touch = (buffer: BufferId, step: number): void => {
    found.set(buffer, { from: found.get(buffer)?.from ?? step, until: step });
  };
  for (const buffer of inputs) touch(buffer, -1);
  steps.forEach(({ reads, writes }, index) => {
    for (const buffer of reads) touch(buffer, index);
    for (const buffer of writes) touch(buffer, index);
  });
  for (const buffer of outputs) touch(buffer, steps.length);
  return found;
}
