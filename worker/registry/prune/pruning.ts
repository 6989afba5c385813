import type { ChangeRecord } from '../pointer/transition.ts';
import type { Clock } from '../storage/clock.ts';
import type { ObjectDescription, ObjectStore } from '../storage/object_store.ts';
import { advancePrune } from './advance.ts';
import { beginPrune } from './progress.ts';

export interface PruneOptions {
  /** The number of newest versions to keep in addition to those that the pointer names. */
  readonly keep: number;
  readonly dryRun: boolean;
  readonly record: ChangeRecord;
  readonly wait: (milliseconds: number) => Promise<void>;
  /** The clock by which the prune determines the age of its lock; this process's own by default. */
  readonly clock?: Clock;
  /** The time limit of one deletion of blobs, at most DELETION_LIMIT_MS; milliseconds. */
  readonly deletionLimit?: number;
}

export type PruneResult =
  | {
      readonly kind: 'pruned';
      readonly versions: readonly string[];
      readonly kept: readonly string[];
      readonly blobs: readonly Pick<ObjectDescription, 'key' | 'size'>[];
    }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Prunes a model without interruption, as advancePrune describes. After a kill at any point, running it again finishes
 * the work.
 *
 * @throws PruningLeaseLostError if the lock could not be renewed, so that further deletions would not be safe
 */
export async function pruneModel(
  store: ObjectStore,
  model: string,
  { keep, dryRun, ...options }: PruneOptions,
): Promise<PruneResult> {
  const progress = beginPrune({ model, keep, dryRun });
  const blobs: ObjectDescription[] = [];
  const outcome = await advancePrune(store, progress, {
    ...options,
    holdsLock: false,
    mayGoOn: () => true,
    onBlobs: (found) => blobs.push(...found),
  });
  if (outcome.kind === 'refused') return outcome;
  const { versions, kept } = progress;
  return { kind: 'pruned', versions, kept, blobs };
}
