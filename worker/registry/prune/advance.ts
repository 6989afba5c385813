import type { ChangeRecord } from '../pointer/transition.ts';
import type { Clock } from '../storage/clock.ts';
import type { ObjectStore } from '../storage/object_store.ts';
import type { PruneContext, PruneProgress } from './progress.ts';
import {
  acquirePruningLock,
  DELETION_LIMIT_MS,
  PruningLeaseLostError,
  type PruningLock,
  resumePruningLock,
} from './pruning_lock.ts';
import { retireVersions } from './retire.ts';
import { DeletionFailedError, sweepBlobs } from './sweep.ts';

export interface AdvanceOptions extends PruneContext {
  /** The record of the whole prune. Its id is also the lock's. */
  readonly record: ChangeRecord;
  readonly wait: (milliseconds: number) => Promise<void>;
  /** The clock by which the prune determines the age of its lock; this process's own by default. */
  readonly clock?: Clock | undefined;
  /** The time limit of one deletion of blobs, at most DELETION_LIMIT_MS; milliseconds. */
  readonly deletionLimit?: number | undefined;
  /** True if an earlier request of this prune has acquired the lock. */
  readonly holdsLock: boolean;
}

export type AdvanceOutcome =
  | { readonly kind: 'done' }
  /** The request's storage operations are exhausted. Another request must continue. */
  | { readonly kind: 'more'; readonly holdsLock: boolean }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Continues a prune: deletes the versions of a model that nothing needs, then the blobs that no manifest needs.
 * The order makes it safe during a concurrent rollback or publish: it first retires the versions in the pointer, so
 * that nothing can flip to them any more, and then deletes their manifests. Under the lock that publishers wait for,
 * and after reading all announcements, it deletes the blobs.
 *
 * @throws PruningLeaseLostError if the lock could not be renewed, so that further deletions would not be safe
 */
export async function advancePrune(
  store: ObjectStore,
  progress: PruneProgress,
  options: AdvanceOptions,
): Promise<AdvanceOutcome> {
  const { record, wait, mayGoOn } = options;
  if (progress.stage === 'retire') {
    const retired = await retireVersions(store, progress, record, wait, options);
    if (retired.kind === 'refused') return retired;
    if (retired.kind === 'more' || !mayGoOn()) return { kind: 'more', holdsLock: false };
  }
  const deletionLimit = Math.min(options.deletionLimit ?? DELETION_LIMIT_MS, DELETION_LIMIT_MS);
  if (progress.dryRun) {
    const done = await sweepBlobs(store, progress, { ...options, lease: undefined, deletionLimit });
    return done ? { kind: 'done' } : { kind: 'more', holdsLock: false };
  }
  const lock = await takeLock(store, options);
  if (lock.kind === 'held') {
    const until = lock.until.toISOString();
    return {
      kind: 'refused',
      reason: `another prune holds the lock until ${until}, and longer if it is still at work; run this again then`,
    };
  }
  const { lease } = lock;
  try {
    const done = await sweepBlobs(store, progress, { ...options, lease, deletionLimit });
    if (!done) return { kind: 'more', holdsLock: true };
  } catch (error) {
    // An unfinished deletion must not affect another prune or publish. Only then the lock stays.
    const keepsLock = error instanceof DeletionFailedError || error instanceof PruningLeaseLostError;
    // If this also fails, the lock expires soon. The first error is the one to report.
    if (!keepsLock) await lease.release().catch(() => undefined);
    throw error;
  }
  await lease.release();
  return { kind: 'done' };
}

async function takeLock(
  store: ObjectStore,
  { record, clock, holdsLock }: AdvanceOptions,
): Promise<PruningLock> {
  if (!holdsLock) return acquirePruningLock(store, record.id, clock, record.by);
  const lease = await resumePruningLock(store, record.id, clock);
  if (lease === undefined) throw new PruningLeaseLostError(new Date());
  return { kind: 'acquired', lease };
}
