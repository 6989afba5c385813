import { serializeDocument } from './document.ts';
import { PRUNING_KEY } from './keys.ts';
import type { ObjectStore } from './object_store.ts';

/** A prune stops deleting after this long; milliseconds since it took the lock. */
export const PRUNING_LIMIT_MS = 10 * 60 * 1000;

/** A lock older than this is of a prune that was killed. Well past the limit, whatever the clocks say. */
export const PRUNING_LOCK_EXPIRY_MS = 15 * 60 * 1000;

/** Whether a prune may be deleting blobs. `now` is by the storage's clock. */
export async function pruningUnderWay(store: ObjectStore, now: Date): Promise<boolean> {
  const lock = await store.head(PRUNING_KEY);
  return lock.kind === 'found' && !expired(lock.description.uploaded, now);
}

export type PruningLock =
  | { readonly kind: 'acquired'; readonly uploaded: Date }
  | { readonly kind: 'held'; readonly since: Date };

/** Takes the lock that lets one prune at a time delete blobs; takes over one whose holder was killed. */
export async function acquirePruningLock(store: ObjectStore, id: string): Promise<PruningLock> {
  const document = serializeDocument({ schema: 1, id });
  const created = await store.put(PRUNING_KEY, document, { condition: { kind: 'absent' } });
  if (created.kind === 'written') return { kind: 'acquired', uploaded: created.uploaded };
  const lock = await store.head(PRUNING_KEY);
  if (lock.kind === 'missing') return acquirePruningLock(store, id);
  if (!expired(lock.description.uploaded, new Date())) {
    return { kind: 'held', since: lock.description.uploaded };
  }
  const taken = await store.put(PRUNING_KEY, document, {
    condition: { kind: 'matches', etag: lock.description.etag },
  });
  return taken.kind === 'written'
    ? { kind: 'acquired', uploaded: taken.uploaded }
    : { kind: 'held', since: lock.description.uploaded };
}

export async function releasePruningLock(store: ObjectStore): Promise<void> {
  await store.delete([PRUNING_KEY]);
}

function expired(uploaded: Date, now: Date): boolean {
  return now.getTime() - uploaded.getTime() > PRUNING_LOCK_EXPIRY_MS;
}
