import type { BufferId } from './buffers.ts';
import type { Step } from './step.ts';
import type { Uses } from './uses.ts';

/** Returns the indices of the steps between x and a result. */
export function partsOf(steps: readonly Step[], result: BufferId, x: BufferId, { writers }: Uses): number[] {
  const wanted = [result];
  const parts = new Set<number>();
  for (const buffer of wanted) {
    for (const writer of writers.get(buffer) ?? []) {
      if (parts.has(writer)) continue;
      parts.add(writer);
      wanted.push(...(steps[writer]?.reads.filter((read) => read !== x) ?? []));
    }
  }
  return [...parts].sort((a, b) => a - b);
}

/** True if each buffer that the steps write, except the result, is written once and read only by these steps. */
export function isPrivate(
  steps: readonly Step[],
  parts: readonly number[],
  result: BufferId,
  { readers, writers }: Uses,
): boolean {
  return parts.every((part) =>
    steps[part]?.writes.every(
      (buffer) =>
        writers.get(buffer)?.length === 1 &&
        (buffer === result || readers.get(buffer)?.every((reader) => parts.includes(reader))),
    ),
  );
}

/** Replaces some of the steps by one, at the position of the last of them. */
export function replaceParts(
  steps: readonly Step[],
  replacements: Iterable<{ readonly parts: readonly number[]; readonly by: Step }>,
): Step[] {
  const changed = new Map<number, Step | undefined>();
  for (const { parts, by } of replacements) {
    for (const part of parts) changed.set(part, undefined);
    changed.set(parts.at(-1) ?? -1, by);
  }
  return steps.flatMap((step, index) => (changed.has(index) ? (changed.get(index) ?? []) : step));
}
