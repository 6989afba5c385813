import type { Access, BufferId } from './buffers.ts';

/**
 * The first buffer that is read or answered though no step before wrote it: what lies there is of another request.
 * A kernel writes all of its outputs, so the first step that writes a buffer belongs to one that writes all of it.
 *
 * @param inputs buffers that are written before the first step
 * @param outputs buffers that are answered after the last step
 */
export function firstUnwritten(
  steps: readonly Access[],
  inputs: Iterable<BufferId>,
  outputs: Iterable<BufferId>,
): BufferId | undefined {
  const written = new Set(inputs);
  for (const { reads, writes } of steps) {
    for (const buffer of reads) if (!written.has(buffer)) return buffer;
    for (const buffer of writes) written.add(buffer);
  }
  for (const buffer of outputs) if (!written.has(buffer)) return buffer;
  return undefined;
}
