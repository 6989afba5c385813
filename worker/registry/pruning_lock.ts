import * as v from 'valibot';
import { parseDocument, serializeDocument } from './document.ts';
import { PRUNING_KEY } from './keys.ts';
import type { ObjectStore, WriteCondition } from './object_store.ts';

/** A prune stops deleting after this long; milliseconds since it took the lock. */
export const PRUNING_LIMIT_MS = 10 * 60 * 1000;

/** A lock older than this is of a prune that was killed. Well past the limit, whatever the clocks say. */
export const PRUNING_LOCK_EXPIRY_MS = 15 * 60 * 1000;

const PruningLockSchema = v.object({ schema: v.literal(1), id: v.string() });

/** Whether a prune may be deleting blobs. `now` is by the storage's clock. */
export async function pruningUnderWay(store: ObjectStore, now: Date): Promise<boolean> {
  const lock = await store.head(PRUNING_KEY);
  return lock.kind === 'found' && !expired(lock.description.uploaded, now);
}

export type PruningLock =
  | { readonly kind: 'acquired'; readonly uploaded: Date }
  | { readonly kind: 'held'; readonly since: Date };

/**
 * Takes the lock that lets one prune at a time delete blobs; takes over one whose holder was killed.
 *
 * @param id unique to the prune: a lock with this id is this prune's own, whatever became of the answer
 */
export async function acquirePruningLock(store: ObjectStore, id: string): Promise<PruningLock> {
  const created = await writeLock(store, id, { kind: 'absent' });
  if (created !== undefined) return { kind: 'acquired', uploaded: created };
  const lock = await store.head(PRUNING_KEY);
  if (lock.kind === 'missing') return acquirePruningLock(store, id);
  if (!expired(lock.description.uploaded, new Date())) {
    return { kind: 'held', since: lock.description.uploaded };
  }
  const taken = await writeLock(store, id, { kind: 'matches', etag: lock.description.etag });
  return taken === undefined
    ? { kind: 'held', since: lock.description.uploaded }
    : { kind: 'acquired', uploaded: taken };
}

const RELEASE_ATTEMPTS = 3;

/**
 * Gives back the lock if it is this prune's own. A deletion whose answer was lost is not simply repeated: by
 * then the lock may be another's.
 */
export async function releasePruningLock(store: ObjectStore, id: string): Promise<void> {
  for (let attempt = 1; await holdsLock(store, id); attempt++) {
    try {
      return await store.delete([PRUNING_KEY]);
    } catch (error) {
      if (attempt === RELEASE_ATTEMPTS) throw error;
    }
  }
}

/**
 * Writes the lock; undefined if somebody else's is there. A write whose answer was lost may have happened, and
 * its lock would keep publishers waiting until it expires: so the lock that is there is looked at.
 */
async function writeLock(
  store: ObjectStore,
  id: string,
  condition: WriteCondition,
): Promise<Date | undefined> {
  let fault: unknown;
  try {
    const written = await store.put(PRUNING_KEY, serializeDocument({ schema: 1, id }), { condition });
    if (written.kind === 'written') return written.uploaded;
  } catch (error) {
    fault = error;
  }
  if (await holdsLock(store, id)) {
    const lock = await store.head(PRUNING_KEY);
    if (lock.kind === 'found') return lock.description.uploaded;
  }
  if (fault !== undefined) throw fault;
  return undefined;
}

async function holdsLock(store: ObjectStore, id: string): Promise<boolean> {
  const read = await store.get(PRUNING_KEY);
  if (read.kind !== 'found') return false;
  const lock = parseDocument(PruningLockSchema, await read.object.text());
  return lock.kind === 'valid' && lock.value.id === id;
}

function expired(uploaded: Date, now: Date): boolean {
  return now.getTime() - uploaded.getTime() > PRUNING_LOCK_EXPIRY_MS;
}
