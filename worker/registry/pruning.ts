import { describeError } from './describe_error.ts';
import { BLOBS_PREFIX, manifestKey } from './keys.ts';
import type { ObjectDescription, ObjectStore } from './object_store.ts';
import { readPointer, updatePointer } from './pointer_store.ts';
import {
  type ChangeRecord,
  type PointerTransition,
  pruneTransition,
  type TransitionResult,
} from './pointer_transitions.ts';
import { acquirePruningLock, DELETION_LIMIT_MS, type PruningLease } from './pruning_lock.ts';
import { readPublications } from './publication.ts';
import type { Clock } from './stopwatch.ts';
import { withinTimeLimit } from './time_limit.ts';
import { listModels, listVersions, readManifest } from './version_store.ts';

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
      readonly blobs: readonly ObjectDescription[];
    }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Deletes the versions of a model that nothing needs, then the blobs that no manifest needs.
 *
 * The order is what makes it safe beside a rollback and a publish: versions are retired in the pointer first,
 * so nothing can flip to them any more; then their manifests go; then, under the lock that publishers wait
 * for and after reading what publishers have announced, the blobs. Killed anywhere, running it again finishes.
 *
 * @throws PruningLeaseLostError when the lock could not be renewed, so that deleting more would not be safe
 */
export async function pruneModel(
  store: ObjectStore,
  model: string,
  options: PruneOptions,
): Promise<PruneResult> {
  const published = await listVersions(store, model);
  if (published.length === 0) return { kind: 'refused', reason: `there is no model ${model}` };
  // Listed first, announcements second, pointer last: a version listed here whose publish is not announced
  // any more has been flipped to already.
  const { isPublishing } = await readPublications(store, new Date());
  const newest = new Set(options.keep === 0 ? [] : published.slice(-options.keep));
  const transition = pruneTransition(
    (inUse) =>
      published.filter(
        (version) => !newest.has(version) && !inUse.has(version) && !isPublishing(model, version),
      ),
    options.record,
  );
  const update = options.dryRun
    ? await dryRun(store, model, transition)
    : await updatePointer(store, model, transition, { wait: options.wait });
  if (update.kind === 'refused') return update;

  // Versions that an earlier prune retired and was killed before deleting are still listed, and go too.
  const { retired } = update.pointer;
  const versions = published.filter((version) => retired.includes(version));
  const kept = published.filter((version) => !retired.includes(version));
  if (options.dryRun) {
    const gone = new Set(versions.map((version) => manifestKey(model, version)));
    return { kind: 'pruned', versions, kept, blobs: await unneededBlobs(store, gone) };
  }
  await store.delete(versions.map((version) => manifestKey(model, version)));
  const deletion = await deleteUnneededBlobs(store, options);
  return deletion.kind === 'refused' ? deletion : { kind: 'pruned', versions, kept, blobs: deletion.blobs };
}

async function dryRun(
  store: ObjectStore,
  model: string,
  transition: PointerTransition,
): Promise<TransitionResult> {
  const read = await readPointer(store, model);
  if (read.kind === 'malformed') throw new Error(`the pointer of ${model} is malformed: ${read.reason}`);
  return transition(read.kind === 'found' ? read.pointer : undefined);
}

async function deleteUnneededBlobs(
  store: ObjectStore,
  options: PruneOptions,
): Promise<{ kind: 'deleted'; blobs: readonly ObjectDescription[] } | { kind: 'refused'; reason: string }> {
  const lock = await acquirePruningLock(store, options.record.id, options.clock);
  if (lock.kind === 'held') {
    const until = lock.until.toISOString();
    return {
      kind: 'refused',
      reason: `another prune holds the lock until ${until}, and longer if it is still at work; run this again then`,
    };
  }
  const { lease } = lock;
  let blobs: readonly ObjectDescription[];
  try {
    blobs = await unneededBlobs(store, new Set(), lease);
  } catch (error) {
    // If even this fails the lock expires soon; why nothing can be deleted is what has to be told.
    await lease.release().catch(() => undefined);
    throw error;
  }
  const limit = Math.min(options.deletionLimit ?? DELETION_LIMIT_MS, DELETION_LIMIT_MS);
  for (let start = 0; start < blobs.length; start += DELETE_BATCH) {
    await lease.keep();
    await deleteBlobs(store, blobs.slice(start, start + DELETE_BATCH), limit, lease);
  }
  await lease.release();
  return { kind: 'deleted', blobs };
}

/** A deletion that failed may yet happen: the lock is not given back, and its lease goes on protecting others. */
async function deleteBlobs(
  store: ObjectStore,
  blobs: readonly ObjectDescription[],
  limit: number,
  lease: PruningLease,
): Promise<void> {
  const keys = blobs.map(({ key }) => key);
  try {
    await withinTimeLimit(`deleting ${keys.length} files`, limit, store.delete(keys));
  } catch (error) {
    const fault = describeError(error);
    throw new Error(
      `${fault}; the lock of this prune holds until ${lease.until.toISOString()}: run it again then to finish`,
      { cause: error },
    );
  }
}

const DELETE_BATCH = 100;

/**
 * The blobs that no publish under way and no manifest needs, but for the manifests at the keys in `gone`.
 * A lease is kept alive while they are found; without one it is only a forecast.
 */
async function unneededBlobs(
  store: ObjectStore,
  gone: ReadonlySet<string>,
  lease?: PruningLease,
): Promise<ObjectDescription[]> {
  // Announcements before manifests: what is announced no more by then has its manifest.
  const needed = new Set((await readPublications(store, lease?.uploaded ?? new Date())).blobs);
  for (const model of await listModels(store)) {
    for (const version of await listVersions(store, model)) {
      const key = manifestKey(model, version);
      if (gone.has(key)) continue;
      await lease?.keep();
      const read = await readManifest(store, model, version);
      // A manifest that cannot be read could need anything: deleting nothing is the only safe answer.
      if (read.kind === 'malformed') {
        throw new Error(`${key} is malformed (${read.reason}), so no blob can be deleted safely`);
      }
      if (read.kind === 'found') for (const { sha256 } of read.manifest.content.blobs) needed.add(sha256);
    }
  }
  const unneeded: ObjectDescription[] = [];
  for await (const blob of store.list(BLOBS_PREFIX)) {
    if (!needed.has(blob.key.slice(BLOBS_PREFIX.length))) unneeded.push(blob);
  }
  return unneeded;
}
