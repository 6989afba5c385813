import type { ChangeRecord } from '../pointer/pointer_change.ts';
import type { ObjectStore } from '../storage/object_store.ts';
import type { Clock } from '../storage/stopwatch.ts';
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
  /** Of the whole prune: its id is the lock's too. */
  readonly record: ChangeRecord;
  readonly wait: (milliseconds: number) => Promise<void>;
  /** By which the prune knows how old its lock is; this process's own where none is given. */
  readonly clock?: Clock | undefined;
  /** The longest that one deletion of blobs may take, at most DELETION_LIMIT_MS; milliseconds. */
  readonly deletionLimit?: number | undefined;
  /** Whether an earlier request of this prune has taken the lock. */
  readonly holdsLock: boolean;
}

export type AdvanceOutcome =
  | { readonly kind: 'done' }
  /** The request's storage operations are used up; another one has to go on. */
  | { readonly kind: 'more'; readonly holdsLock: boolean }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Goes on with a prune: deletes the versions of a model that nothing needs, then the blobs that no manifest needs.
 *
 * The order is what makes it safe beside a rollback and a publish: versions are retired in the pointer first,
 * so nothing can flip to them any more; then their manifests go; then, under the lock that publishers wait
 * for and after reading what publishers have announced, the blobs.
 *
 * @throws PruningLeaseLostError when the lock could not be renewed, so that deleting more would not be safe
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
    // What was not deleted yet may not be deleted by somebody else's mistake: only then the lock stays.
    const keepsLock = error instanceof DeletionFailedError || error instanceof PruningLeaseLostError;
    // If even this fails the lock expires soon; why nothing can be deleted is what has to be told.
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
