import { PointerSchema } from '../pointer/pointer.ts';
import { type PointerRead, readPointer } from '../pointer/pointer_store.ts';
import { parseDocument } from '../storage/json_document.ts';
import type { ObjectStore } from '../storage/object_store.ts';
import { pointerKey } from '../storage/storage_keys.ts';

/**
 * Copies of the pointers where reading is cheap and near, and where what is read may be old. Bytes in, bytes
 * out: the authority stays in the bucket.
 */
export interface PointerReplica {
  /** The document as it was written last, or at some time before; undefined where nothing is known of it. */
  read(model: string): Promise<string | undefined>;
  write(model: string, document: string): Promise<void>;
}

/**
 * Reads a model's pointer from the replica, and from the authority where the replica has none that can be
 * read. The etag of a copy is the document itself: what has not changed is not parsed again.
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
  /** `generation` is the replica's; null where it has no document that can be read. */
  | { readonly kind: 'behind'; readonly generation: number | null };

/** Compares the replica of a pointer with the pointer. It may lag behind for a minute after every change. */
export async function replicaState(
  replica: PointerReplica,
  model: string,
  generation: number,
): Promise<ReplicaState> {
  const document = await replica.read(model);
  const parsed = document === undefined ? undefined : parseDocument(PointerSchema, document);
  if (parsed?.kind !== 'valid') return { kind: 'behind', generation: null };
  // A replica ahead of what was read a moment ago means that another writer came in between.
  return parsed.value.generation >= generation
    ? { kind: 'same' }
    : { kind: 'behind', generation: parsed.value.generation };
}

/** KV takes one write a second for a key. Milliseconds. */
const WRITE_INTERVAL_MS = 1100;
const ATTEMPTS = 4;

/**
 * Brings the replica of a model's pointer to what the authority says. Of two writers the slower one could leave
 * the older document: so each looks, after its write, whether the pointer still is what it wrote.
 *
 * @throws the last fault, or an error when the pointer never stood still
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
  throw fault ?? new Error(`the pointer of ${model} did not stand still`);
}

/** The same, if the replica is not what it should be already. Answers whether it was written. */
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
