import { PointerSchema } from '../pointer/pointer.ts';
import { type PointerRead, readPointer } from '../pointer/pointer_store.ts';
import { parseDocument } from '../storage/json_document.ts';
import type { ObjectStore } from '../storage/object_store.ts';
import { pointerKey } from '../storage/storage_keys.ts';

/**
 * Copies of the pointers in storage that is fast to read but may return old data. It stores bytes as they are: the
 * authority is the bucket.
 */
export interface PointerReplica {
  /** Resolves to the last document or an earlier one, or to undefined if the replica has none. */
  read(model: string): Promise<string | undefined>;
  write(model: string, document: string): Promise<void>;
}

/**
 * Reads a model's pointer from the replica, or from the authority if the replica has no valid document. The etag of a
 * copy is the document itself, so that an unchanged copy is not parsed again.
 */
export async function readReplicatedPointer(
  store: ObjectStore,
  replica: PointerReplica,
  model: string,
  unlessEtag?: string,
): Promise<PointerRead> {
  const document = await replica.read(model).catch(() => undefined);
  if (document === undefined) return readPointer(store, model);
  if (document === unlessEtag) return { kind: 'unchanged' };
  const parsed = parseDocument(PointerSchema, document);
  return parsed.kind === 'valid'
    ? { kind: 'found', pointer: parsed.value, etag: document, uploaded: undefined }
    : readPointer(store, model);
}

export type ReplicaState =
  | { readonly kind: 'same' }
  /** `generation` is the replica's; null if it has no valid document. */
  | { readonly kind: 'behind'; readonly generation: number | null };

/** Compares the replica of a pointer with the pointer. It may lag for up to a minute after every change. */
export async function replicaState(
  replica: PointerReplica,
  model: string,
  generation: number,
): Promise<ReplicaState> {
  const document = await replica.read(model);
  const parsed = document === undefined ? undefined : parseDocument(PointerSchema, document);
  if (parsed?.kind !== 'valid') return { kind: 'behind', generation: null };
  // If the replica is ahead of the pointer that was just read, another writer changed it in between.
  return parsed.value.generation >= generation
    ? { kind: 'same' }
    : { kind: 'behind', generation: parsed.value.generation };
}

/** KV accepts one write per second for a key. Milliseconds. */
const WRITE_INTERVAL_MS = 1100;
const ATTEMPTS = 4;

/**
 * Updates the replica of a model's pointer from the authority. The slower of two writers could leave the older
 * document, so that each checks after its write if the pointer is unchanged.
 *
 * @throws the last fault, or an error if the pointer changed after every write
 */
export async function replicatePointer(
  store: ObjectStore,
  replica: PointerReplica,
  model: string,
  wait: (milliseconds: number) => Promise<void>,
): Promise<void> {
  let fault: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await wait(WRITE_INTERVAL_MS);
    try {
      const read = await store.get(pointerKey(model));
      if (read.kind !== 'found') return;
      await replica.write(model, await read.object.text());
      const now = await store.head(pointerKey(model));
      if (now.kind === 'missing' || now.description.etag === read.object.etag) return;
      fault = undefined;
    } catch (error) {
      fault = error;
    }
  }
  throw fault ?? new Error(`the pointer of ${model} changed after every write`);
}

/** Updates the replica unless it is current. Returns true if it was written. */
export async function repairReplica(
  store: ObjectStore,
  replica: PointerReplica,
  model: string,
  wait: (milliseconds: number) => Promise<void>,
): Promise<boolean> {
  const read = await store.get(pointerKey(model));
  if (read.kind !== 'found') return false;
  if ((await replica.read(model)) === (await read.object.text())) return false;
  await replicatePointer(store, replica, model, wait);
  return true;
}
