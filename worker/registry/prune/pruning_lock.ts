import * as v from 'valibot';
import { CodedError, type ErrorCode } from '../../model/coded_error.ts';
import { type Clock, type ClockReading, elapsedMs, readClock } from '../storage/clock.ts';
import { readDocument, serializeDocument } from '../storage/json_document.ts';
import type { ObjectStore, WriteCondition } from '../storage/object_store.ts';
import { PRUNING_CLOCK_KEY, PRUNING_KEY } from '../storage/storage_keys.ts';

/**
 * The lock under which one prune at a time deletes blobs is a lease, so that a killed prune does not block others for
 * long. No other process considers it expired while its holder still deletes:
 * - it expires PRUNING_LEASE_MS after it was written, by the storage's clock;
 * - its holder counts from before it sent that write, and begins no deletion after LEASE_USE_MS;
 * - its holder abandons a deletion after DELETION_LIMIT_MS, which is before the lease expires. Storage may still carry
 *   out a deletion that its sender abandoned. A lock whose deletion failed is therefore left to expire, so that the
 *   deletion can complete within the rest of the lease.
 */
export const PRUNING_LEASE_MS = 60_000;

/** The holder starts no work that needs the lock if its last renewal is older than this. */
export const LEASE_USE_MS = 40_000;

/** The longest that a holder waits for one deletion. */
export const DELETION_LIMIT_MS = 10_000;

/**
 * The age at which the lease is renewed. R2 accepts one write per second to a key, so that a renewal before every
 * deletion is not possible.
 */
const RENEWAL_DUE_MS = 15_000;

/** `renewal` makes every body unique, and with it every etag, which is a digest of the content. */
const PruningLockSchema = v.object({
  schema: v.literal(1),
  id: v.pipe(v.string(), v.maxLength(200)),
  renewal: v.optional(v.number(), 0),
  /** The owner, for people who inspect the lock. */
  owner: v.optional(v.pipe(v.string(), v.maxLength(300))),
});
const LOCK_BYTES = 4096;

/**
 * Returns the time until which a prune may delete blobs unless it renews its lock, or undefined if none may.
 *
 * @param now by the storage's clock; it must not be later than the storage's actual time
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
 * Acquires the lock, or takes over a lock whose killed holder let it expire.
 *
 * @param id unique to the prune: a lock with this id is this prune's own, even if the response to its write was lost
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
      // Another prune took it over first.
      if (written === undefined) continue;
    }
    return { kind: 'acquired', lease: new PruningLease(store, lock, clock, { ...written, started }) };
  }
}

/**
 * Reacquires the lock in another request of the same prune. Returns undefined if the lock belongs to another prune or
 * expired in the meantime. Both times are the storage's: if a publisher saw the lock expire, that was between them.
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

/** The lock belongs to another prune, or this prune can no longer rule that out. */
export class PruningLeaseLostError extends CodedError {
  override readonly code: ErrorCode = 'ERR_PRUNING_LEASE_LOST';

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

/** The lock as its holder uses it. */
export class PruningLease {
  readonly #store: ObjectStore;
  readonly #lock: LockDocument;
  readonly #clock: Clock;
  #written: WrittenLock & { readonly started: ClockReading };
  #renewals: number;

  constructor(
    store: ObjectStore,
    lock: LockDocument,
    clock: Clock,
    written: WrittenLock & { readonly started: ClockReading },
  ) {
    this.#store = store;
    this.#lock = lock;
    this.#renewals = lock.renewal;
    this.#clock = clock;
    this.#written = written;
  }

  /** The time of the last acquisition or renewal, by the storage's clock. */
  get uploaded(): Date {
    return this.#written.uploaded;
  }

  /** The time at which it expires unless it is renewed, by the storage's clock. */
  get until(): Date {
    return leaseEnd(this.#written.uploaded);
  }

  /**
   * Renews the lease if that is due. Afterwards the lease is valid for at least DELETION_LIMIT_MS.
   *
   * @throws PruningLeaseLostError if the lease cannot be renewed in time
   */
  async keep(): Promise<void> {
    if (elapsedMs(this.#written.started, this.#clock()) >= RENEWAL_DUE_MS) await this.#renew();
    this.#check();
  }

  async #renew(): Promise<void> {
    // If the lease is too old, others may have held the lock in between, which a renewal would conceal.
    this.#check();
    const renewal = this.#renewals + 1;
    const started = this.#clock();
    const written = await this.#writeRenewal(renewal);
    // The write may have taken so long that the lease expired before it.
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
    if (elapsedMs(this.#written.started, this.#clock()) > LEASE_USE_MS) {
      throw new PruningLeaseLostError(this.until);
    }
  }

  /** Releases the lock. A lock that is about to expire is left to expire, since it may soon be another prune's. */
  release(): Promise<void> {
    return releasePruningLock(
      this.#store,
      this.#lock.id,
      () => elapsedMs(this.#written.started, this.#clock()) <= LEASE_USE_MS,
    );
  }
}

const RELEASE_ATTEMPTS = 3;

/**
 * Deletes the lock if it is this prune's own. A deletion whose response was lost is not repeated blindly: by then the
 * lock may be another prune's.
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
 * Writes the lock. Returns undefined if another prune's lock exists. A write whose response was lost may have happened,
 * and its lock would delay publishers until it expires, so the existing lock is read.
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

/** Returns the lock, or undefined if it is missing or malformed. */
async function readLock(store: ObjectStore): Promise<v.InferOutput<typeof PruningLockSchema> | undefined> {
  const read = await store.get(PRUNING_KEY);
  if (read.kind !== 'found') return undefined;
  const lock = await readDocument(PruningLockSchema, read.object, LOCK_BYTES);
  return lock.kind === 'valid' ? lock.value : undefined;
}

/** Returns the time of the storage's clock, which is only known from a write. This machine's clock may be wrong. */
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
