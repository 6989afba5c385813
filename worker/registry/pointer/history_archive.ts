import { batches } from '../storage/groups.ts';
import { readDocument, serializeDocument } from '../storage/json_document.ts';
import type { ObjectDescription, ObjectStore } from '../storage/object_store.ts';
import { historyKey, historyPrefix } from '../storage/storage_keys.ts';
import { type HistoryEntry, HistoryEntrySchema, POINTER_BYTES, type Pointer } from './pointer.ts';

/**
 * Writes the changes that the next pointer does not contain any more to objects of their own. It must be done before that
 * pointer is written: a crash in between then leaves an entry in both places, and never in none.
 *
 * Only a change that was made is ever archived, since it is in the pointer that was read. Writers that race archive the
 * same changes with the same content: an entry is complete once the change after it was made.
 */
export async function archiveDropped(
  store: ObjectStore,
  model: string,
  before: Pointer | undefined,
  after: Pointer,
): Promise<void> {
  const kept = new Set(after.history.map(({ generation }) => generation));
  for (const entry of before?.history ?? []) {
    if (kept.has(entry.generation)) continue;
    await store.put(historyKey(model, entry.generation), serializeDocument(entry), {
      condition: { kind: 'absent' },
    });
  }
}

export interface CompleteHistory {
  /** Oldest first. */
  readonly entries: readonly HistoryEntry[];
  /** Generations of which there is no entry: a tool that did not archive them dropped them. First and last of each gap. */
  readonly gaps: readonly (readonly [number, number])[];
}

/**
 * Returns all changes of a model, in the archive and in its pointer, which must have been read before: a change that has
 * left the pointer since is then found in the archive, as that in the pointer.
 *
 * @throws Error if an object of the archive is invalid
 */
export async function completeHistory(
  store: ObjectStore,
  model: string,
  { history }: Pointer,
): Promise<CompleteHistory> {
  const entries = new Map(history.map((entry) => [entry.generation, entry]));
  const newest = Math.max(...entries.keys());
  for await (const group of batches(store.list(historyPrefix(model)))) {
    for (const entry of await Promise.all(group.map((object) => readEntry(store, object)))) {
      // A change that was made after the pointer was read belongs to a later history.
      if (entry.generation <= newest && !entries.has(entry.generation)) entries.set(entry.generation, entry);
    }
  }
  const sorted = [...entries.values()].sort((one, other) => one.generation - other.generation);
  return { entries: sorted, gaps: gapsOf(sorted) };
}

async function readEntry(store: ObjectStore, { key }: ObjectDescription): Promise<HistoryEntry> {
  const read = await store.get(key);
  if (read.kind !== 'found') throw new Error(`${key} is listed but does not exist`);
  const parsed = await readDocument(HistoryEntrySchema, read.object, POINTER_BYTES);
  if (parsed.kind === 'malformed') throw new Error(`${key} is malformed: ${parsed.reason}`);
  return parsed.value;
}

function gapsOf(entries: readonly HistoryEntry[]): (readonly [number, number])[] {
  const gaps: (readonly [number, number])[] = [];
  let expected = 1;
  for (const { generation } of entries) {
    if (generation > expected) gaps.push([expected, generation - 1]);
    expected = generation + 1;
  }
  return gaps;
}
