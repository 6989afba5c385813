import type { Access, BufferId } from './buffers.ts';

/**
 * Returns the first buffer that is read or returned although no earlier step wrote it: it contains data of another
 * request. A kernel writes all of its outputs, so that the first write of a buffer fills it.
 *
 * @param inputs the buffers that are written before the first step
 * @param outputs the buffers that are returned after the last step
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
