import { BLOBS_PREFIX, manifestKey } from './keys.ts';
import type { ObjectDescription, ObjectStore } from './object_store.ts';
import { readPointer, updatePointer } from './pointer_store.ts';
import {
  type ChangeRecord,
  type PointerTransition,
  pruneTransition,
  type TransitionResult,
} from './pointer_transitions.ts';
import { acquirePruningLock, PRUNING_LIMIT_MS, releasePruningLock } from './pruning_lock.ts';
import { readPublications } from './publication.ts';
import { listModels, listVersions, readManifest } from './version_store.ts';

export interface PruneOptions {
  /** How many of the newest versions stay, besides those that the pointer names. */
  readonly keep: number;
  readonly dryRun: boolean;
  readonly record: ChangeRecord;
  readonly wait: (milliseconds: number) => Promise<void>;
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
    return { kind: 'pruned', versions, kept, blobs: await unneededBlobs(store, gone, new Date()) };
  }
  await store.delete(versions.map((version) => manifestKey(model, version)));
  const deletion = await deleteUnneededBlobs(store, options.record.id);
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
  id: string,
): Promise<{ kind: 'deleted'; blobs: readonly ObjectDescription[] } | { kind: 'refused'; reason: string }> {
  const deadline = Date.now() + PRUNING_LIMIT_MS;
  const lock = await acquirePruningLock(store, id);
  if (lock.kind === 'held') {
    const since = lock.since.toISOString();
    return { kind: 'refused', reason: `another prune is under way since ${since}; run this again after it` };
  }
  try {
    const blobs = await unneededBlobs(store, new Set(), lock.uploaded);
    for (let start = 0; start < blobs.length; start += DELETE_BATCH) {
      if (Date.now() > deadline) {
        throw new Error('the prune took so long that others may believe it dead; run it again to finish');
      }
      await store.delete(blobs.slice(start, start + DELETE_BATCH).map(({ key }) => key));
    }
    return { kind: 'deleted', blobs };
  } finally {
    await releasePruningLock(store, id);
  }
}

const DELETE_BATCH = 100;

/** The blobs that no publish under way and no manifest needs, but for the manifests at the keys in `gone`. */
async function unneededBlobs(
  store: ObjectStore,
  gone: ReadonlySet<string>,
  now: Date,
): Promise<ObjectDescription[]> {
  // Announcements before manifests: what is announced no more by then has its manifest.
  const needed = new Set((await readPublications(store, now)).blobs);
  for (const model of await listModels(store)) {
    for (const version of await listVersions(store, model)) {
      const key = manifestKey(model, version);
      if (gone.has(key)) continue;
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
