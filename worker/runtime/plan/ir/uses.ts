import type { BufferId } from './buffers.ts';
import type { Step } from './step.ts';

/** The indices of the steps that read and write each buffer. Outputs count as read after the last step. */
export interface Uses {
  readonly readers: ReadonlyMap<BufferId, readonly number[]>;
  readonly writers: ReadonlyMap<BufferId, readonly number[]>;
}

export function usesOf(steps: readonly Step[], outputs: Iterable<BufferId>): Uses {
  const readers = new Map<BufferId, number[]>();
  const writers = new Map<BufferId, number[]>();
  const note = (uses: Map<BufferId, number[]>, buffer: BufferId, index: number): void => {
    const indices = uses.get(buffer);
    if (indices === undefined) uses.set(buffer, [index]);
    else indices.push(index);
  };
  for (const [index, step] of steps.entries()) {
    for (const buffer of step.reads) note(readers, buffer, index);
    for (const buffer of step.writes) note(writers, buffer, index);
  }
  // The caller reads the outputs after the last step.
  for (const buffer of outputs) note(readers, buffer, steps.length);
  return { readers, writers };
}
