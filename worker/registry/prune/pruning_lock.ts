import * as v from 'valibot';
import { readDocument, serializeDocument } from '../storage/json_document.ts';
import type { ObjectStore, WriteCondition } from '../storage/object_store.ts';
import { type Clock, elapsed, type Moment, readClock } from '../storage/stopwatch.ts';
import { PRUNING_CLOCK_KEY, PRUNING_KEY } from '../storage/storage_keys.ts';

/**
 * The lock that lets one prune at a time delete blobs is a lease, so that a prune that was killed is in
 * nobody's way for long. Why nobody believes it expired while its holder still deletes:
 * - it expires PRUNING_LEASE_MS after it was written, by the storage's clock;
 * - its holder counts from before it sent that write, and begins no deletion after LEASE_USE_MS;
 * - it gives a deletion up after DELETION_LIMIT_MS, which is still before the lease expires.
 * What remains is a deletion that storage carries out after its sender gave it up: a lock whose deletion
 * failed is left to expire, so that one has at least the rest of the lease to happen in.
 */
export const PRUNING_LEASE_MS = 60_000;

/** The holder begins nothing that needs the lock when its last renewal is older. */
export const LEASE_USE_MS = 40_000;

/** The longest that a holder waits for one deletion. */
export const DELETION_LIMIT_MS = 10_000;

/** A renewal is due. R2 takes one write a second to the same key, so not before every deletion. */
const RENEWAL_DUE_MS = 15_000;

/** `renewal` makes every body, and with it every etag, another: an etag is the digest of the content. */
const PruningLockSchema = v.object({
  schema: v.literal(1),
  id: v.pipe(v.string(), v.maxLength(200)),
  renewal: v.optional(v.number(), 0),
  /** Who prunes: for a person who looks. */
  owner: v.optional(v.pipe(v.string(), v.maxLength(300))),
});
const LOCK_BYTES = 4096;

/**
 * Until when a prune may be deleting blobs unless it renews its lock; undefined where none may.
 *
 * @param now by the storage's clock; never later than it really is there
 */
export async function pruningUntil(store: ObjectStore, now: Date): Promise<Date | undefined> {
  const lock = await store.head(PRUNING_KEY);
  if (lock.kind === 'missing') return undefined;
  const until = leaseEnd(lock.description.uploaded);
  return now > until ? undefined : until;
}

export type PruningLock =
  | { readonly kind: 'acquired'; readonly lease: PruningLease }
  | { readonly kind: 'held'; readonly until: Date };

/**
 * Takes the lock; takes over one whose holder was killed and has let it expire.
 *
 * @param id unique to the prune: a lock with this id is this prune's own, whatever became of the answer
 */
export async function acquirePruningLock(
  store: ObjectStore,
  id: string,
  clock: Clock = readClock,
  owner?: string,
): Promise<PruningLock> {
  const lock = { id, ...(owner === undefined ? {} : { owner }), renewal: 0 };
  for (;;) {
    let started = clock();
    let written = await writeLock(store, lock, { kind: 'absent' });
    if (written === undefined) {
      const there = await store.head(PRUNING_KEY);
      if (there.kind === 'missing') continue;
      const { uploaded, etag } = there.description;
      if ((await storageTime(store)) <= leaseEnd(uploaded))
        return { kind: 'held', until: leaseEnd(uploaded) };
      started = clock();
      written = await writeLock(store, lock, { kind: 'matches', etag });
      // Another prune was quicker to take it over.
      if (written === undefined) continue;
    }
    return { kind: 'acquired', lease: new PruningLease(store, lock, clock, { ...written, started }) };
  }
}

/**
 * Takes the lock up again in another request of the same prune; undefined where it is not its own any more, or
 * expired in between. Both times are the storage's: a publisher that saw the lock expire saw it between them.
 */
export async function resumePruningLock(
  store: ObjectStore,
  id: string,
  clock: Clock = readClock,
): Promise<PruningLease | undefined> {
  const head = await store.head(PRUNING_KEY);
  const there = await readLock(store);
  if (head.kind === 'missing' || there?.id !== id) return undefined;
  const { etag, uploaded } = head.description;
  const lock = { ...there, renewal: there.renewal + 1 };
  const started = clock();
  const written = await writeLock(store, lock, { kind: 'matches', etag });
  if (written === undefined) return undefined;
  if (written.uploaded > leaseEnd(uploaded)) {
    await releasePruningLock(store, id);
    return undefined;
  }
  return new PruningLease(store, lock, clock, { ...written, started });
}

interface LockDocument {
  readonly id: string;
  readonly owner?: string | undefined;
  readonly renewal: number;
}

/** The lock is not this prune's any more, or it can no longer be sure of it. */
export class PruningLeaseLostError extends Error {
  constructor(until: Date, cause?: unknown) {
    super(
      'the prune could not renew its lock in time, so it deletes nothing more; ' +
        `its lock holds until ${until.toISOString()}: run it again then to finish`,
      { cause },
    );
  }
}

interface WrittenLock {
  readonly etag: string;
  readonly uploaded: Date;
}

const RENEWAL_ATTEMPTS = 3;

/** The lock in the hands of the prune that holds it. */
export class PruningLease {
  readonly #store: ObjectStore;
  readonly #lock: LockDocument;
  readonly #clock: Clock;
  #written: WrittenLock & { readonly started: Moment };
  #renewals: number;

  constructor(
    store: ObjectStore,
    lock: LockDocument,
    clock: Clock,
    written: WrittenLock & { readonly started: Moment },
  ) {
    this.#store = store;
    this.#lock = lock;
    this.#renewals = lock.renewal;
    this.#clock = clock;
    this.#written = written;
  }

  /** When it was taken or last renewed, by the storage's clock. */
  get uploaded(): Date {
    return this.#written.uploaded;
  }

  /** When it expires if it is not renewed, by the storage's clock. */
  get until(): Date {
    return leaseEnd(this.#written.uploaded);
  }

  /**
   * Renews the lease where that is due. After it the lease may be relied on for DELETION_LIMIT_MS.
   *
   * @throws PruningLeaseLostError
   */
  async keep(): Promise<void> {
    if (elapsed(this.#written.started, this.#clock()) >= RENEWAL_DUE_MS) await this.#renew();
    this.#check();
  }

  async #renew(): Promise<void> {
    // Where it is too old, others may have come and gone: renewing would only hide that.
    this.#check();
    const renewal = this.#renewals + 1;
    const started = this.#clock();
    const written = await this.#writeRenewal(renewal);
    // The write may have taken so long that the lease had expired by the time it happened.
    this.#check();
    if (written === undefined) throw new PruningLeaseLostError(this.until);
    this.#written = { ...written, started };
    this.#renewals = renewal;
  }

  async #writeRenewal(renewal: number): Promise<WrittenLock | undefined> {
    const condition = { kind: 'matches', etag: this.#written.etag } as const;
    for (let attempt = 1; ; attempt++) {
      try {
        return await writeLock(this.#store, { ...this.#lock, renewal }, condition);
      } catch (error) {
        if (attempt === RENEWAL_ATTEMPTS) throw new PruningLeaseLostError(this.until, error);
      }
    }
  }

  #check(): void {
    if (elapsed(this.#written.started, this.#clock()) > LEASE_USE_MS) {
      throw new PruningLeaseLostError(this.until);
    }
  }

  /** Gives the lock back; one that is so old that it may be another's soon is left to expire. */
  release(): Promise<void> {
    return releasePruningLock(
      this.#store,
      this.#lock.id,
      () => elapsed(this.#written.started, this.#clock()) <= LEASE_USE_MS,
    );
  }
}

const RELEASE_ATTEMPTS = 3;

/**
 * Gives back the lock if it is this prune's own. A deletion whose answer was lost is not simply repeated: by
 * then the lock may be another's.
 */
export async function releasePruningLock(
  store: ObjectStore,
  id: string,
  mayDelete: () => boolean = () => true,
): Promise<void> {
  for (let attempt = 1; (await readLock(store))?.id === id && mayDelete(); attempt++) {
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
  lock: LockDocument,
  condition: WriteCondition,
): Promise<WrittenLock | undefined> {
  let fault: unknown;
  try {
    const written = await store.put(PRUNING_KEY, serializeDocument({ schema: 1, ...lock }), { condition });
    if (written.kind === 'written') return written;
  } catch (error) {
    fault = error;
  }
  const there = await readLock(store);
  if (there?.id === lock.id && there.renewal === lock.renewal) {
    const head = await store.head(PRUNING_KEY);
    if (head.kind === 'found') return head.description;
  }
  if (fault !== undefined) throw fault;
  return undefined;
}

/** The lock; undefined where it is missing or cannot be read. */
async function readLock(store: ObjectStore): Promise<v.InferOutput<typeof PruningLockSchema> | undefined> {
  const read = await store.get(PRUNING_KEY);
  if (read.kind !== 'found') return undefined;
  const lock = await readDocument(PruningLockSchema, read.object, LOCK_BYTES);
  return lock.kind === 'valid' ? lock.value : undefined;
}

/** What time it is by the storage's clock, which tells it only of what it writes; this machine's may be wrong. */
async function storageTime(store: ObjectStore): Promise<Date> {
  const condition = { kind: 'always' } as const;
  const written = await store.put(PRUNING_CLOCK_KEY, serializeDocument({ schema: 1 }), { condition });
  if (written.kind === 'conflict') throw new Error(`${PRUNING_CLOCK_KEY} could not be written`);
  await store.delete([PRUNING_CLOCK_KEY]);
  return written.uploaded;
}

function leaseEnd(uploaded: Date): Date {
  return new Date(uploaded.getTime() + PRUNING_LEASE_MS);
}
