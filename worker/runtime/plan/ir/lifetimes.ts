import type { Access, BufferId } from './buffers.ts';

/** The first and the last step that use a buffer, both included. */
export interface Lifetime {
  readonly from: number;
  readonly until: number;
}

/** Eliminates dead steps: returns those on which the outputs depend, in order. Several steps may write one buffer. */
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
 * Returns the lifetime of each buffer. Inputs exist before the first step, and outputs until after the last. A buffer
 * that is neither and that no step uses has no lifetime.
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
