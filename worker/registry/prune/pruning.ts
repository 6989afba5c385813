import type { ChangeRecord } from '../pointer/pointer_change.ts';
import type { ObjectDescription, ObjectStore } from '../storage/object_store.ts';
import type { Clock } from '../storage/stopwatch.ts';
import { advancePrune } from './advance.ts';
import { beginPrune } from './progress.ts';

export interface PruneOptions {
  /** How many of the newest versions stay, besides those that the pointer names. */
  readonly keep: number;
  readonly dryRun: boolean;
  readonly record: ChangeRecord;
  readonly wait: (milliseconds: number) => Promise<void>;
  /** By which the prune knows how old its lock is; this process's own where none is given. */
  readonly clock?: Clock;
  /** The longest that one deletion of blobs may take, at most DELETION_LIMIT_MS; milliseconds. */
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
 * Prunes a model in one go: advancePrune says what that is. Killed anywhere, running it again finishes.
 *
 * @throws PruningLeaseLostError when the lock could not be renewed, so that deleting more would not be safe
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
