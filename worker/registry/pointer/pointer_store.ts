import { readDocument, serializeDocument } from '../storage/json_document.ts';
import type { ObjectStore } from '../storage/object_store.ts';
import { pointerKey } from '../storage/storage_keys.ts';
import { type HistoryEntry, POINTER_BYTES, type Pointer, PointerSchema } from './pointer.ts';
import type { PointerTransition, Refusal } from './pointer_transitions.ts';

export type PointerRead =
  | { readonly kind: 'found'; readonly pointer: Pointer; readonly etag: string }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'malformed'; readonly reason: string };

/** Reads a model's pointer; with `unlessEtag`, only if it is another than the one with that etag. */
export async function readPointer(
  store: ObjectStore,
  model: string,
  unlessEtag?: string,
): Promise<PointerRead> {
  const read = await store.get(pointerKey(model), unlessEtag === undefined ? {} : { unlessEtag });
  if (read.kind !== 'found') return read;
  const parsed = await readDocument(PointerSchema, read.object, POINTER_BYTES);
  if (parsed.kind === 'malformed') return parsed;
  return { kind: 'found', pointer: parsed.value, etag: read.object.etag };
}

/**
 * A model's pointer, undefined where it has none.
 *
 * @throws MalformedPointerError: nothing can be decided on it, and no command makes it so
 */
export async function requirePointer(store: ObjectStore, model: string): Promise<Pointer | undefined> {
  const read = await readPointer(store, model);
  if (read.kind === 'malformed') throw malformed(model, read.reason);
  return read.kind === 'found' ? read.pointer : undefined;
}

/** The pointer cannot be read. No change is decided on it. */
export class MalformedPointerError extends Error {}

function malformed(model: string, reason: string): MalformedPointerError {
  return new MalformedPointerError(`${pointerKey(model)} is malformed: ${reason}`);
}

export type PointerUpdate =
  | { readonly kind: 'changed'; readonly pointer: Pointer; readonly change: HistoryEntry }
  | { readonly kind: 'unchanged'; readonly pointer: Pointer }
  | Refusal;

export interface UpdateOptions {
  /** Waits before a further try, so that writers in each other's way part. Milliseconds. */
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly attempts?: number;
  /** Of a change that an earlier request may have made: where it stands in the history, it is done. */
  readonly id?: string;
}

const DEFAULT_ATTEMPTS = 40;
const LONGEST_WAIT_MS = 1500;

/**
 * Applies a transition to a model's pointer by compare-and-set, again from the newest state whenever another
 * writer came first.
 *
 * A write whose answer was lost may have happened: before trying again the pointer is read, and if this
 * write's id stands in its history, the write is done. That holds even if others have written since.
 *
 * @throws the last storage fault, or an error when the pointer is malformed or never stood still.
 */
export async function updatePointer(
  store: ObjectStore,
  model: string,
  transition: PointerTransition,
  options: UpdateOptions,
): Promise<PointerUpdate> {
  const attempts = options.attempts ?? DEFAULT_ATTEMPTS;
  // The ids whose write was tried and whose answer never came.
  const unanswered = new Set<string>(options.id === undefined ? [] : [options.id]);
  let fault: unknown;
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) await options.wait(backoff(attempt));
    try {
      const read = await readPointer(store, model);
      if (read.kind === 'malformed') throw malformed(model, read.reason);
      const before = read.kind === 'found' ? read.pointer : undefined;
      const landed = before?.history.find(({ id }) => unanswered.has(id));
      if (before !== undefined && landed !== undefined) {
        return { kind: 'changed', pointer: before, change: landed };
      }
      const step = transition(before);
      if (step.kind !== 'changed') return step;
      const [change] = step.pointer.history;
      if (change === undefined) throw new Error('a change that leaves no history');
      unanswered.add(change.id);
      const result = await store.put(pointerKey(model), serializeDocument(step.pointer), {
        condition: read.kind === 'found' ? { kind: 'matches', etag: read.etag } : { kind: 'absent' },
      });
      if (result.kind === 'written') return { kind: 'changed', pointer: step.pointer, change };
      fault = undefined;
    } catch (error) {
      if (error instanceof MalformedPointerError) throw error;
      fault = error;
    }
  }
  throw fault ?? new Error(`the pointer of ${model} was changed by others ${attempts} times in a row`);
}

function backoff(attempt: number): number {
  return Math.random() * Math.min(LONGEST_WAIT_MS, 25 * 2 ** attempt);
}
