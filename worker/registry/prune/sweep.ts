import { CodedError, type ErrorCode } from '../../model/coded_error.ts';
import { isAnnouncement, readPublication } from '../publish/publication.ts';
import { isExpired } from '../publish/publication_document.ts';
import { errorMessage } from '../storage/error_message.ts';
import { batches, inGroups } from '../storage/groups.ts';
import type { ObjectDescription, ObjectStore } from '../storage/object_store.ts';
import {
  BLOBS_PREFIX,
  MODELS_PREFIX,
  manifestKey,
  PUBLICATIONS_PREFIX,
  parseStorageKey,
} from '../storage/storage_keys.ts';
import { withinTimeLimit } from '../storage/waiting.ts';
import { blobsOf } from '../version/version_blobs.ts';
import { readManifest } from '../version/version_store.ts';
import { enter, type PruneContext, type PruneProgress } from './progress.ts';
import type { PruningLease } from './pruning_lock.ts';

export interface SweepContext extends PruneContext {
  /** Held while blobs are deleted; undefined in a dry run, which deletes nothing. */
  readonly lease: PruningLease | undefined;
  /** The time limit of one deletion of blobs, milliseconds. */
  readonly deletionLimit: number;
}

/** The number of blobs in one deletion. A deletion that exceeds the time limit is abandoned. */
const DELETE_BATCH = 100;

/**
 * Finds the blobs that no publish in progress and no manifest needs, and deletes them.
 * Announcements are read before manifests: a publish whose announcement is gone by then has its manifest. That also
 * holds over several requests, since a later publish waits for the lock.
 *
 * @returns true when the work is done
 * @throws if a manifest or an announcement is malformed: it could need any blob, so nothing may be deleted
 */
export async function sweepBlobs(
  store: ObjectStore,
  progress: PruneProgress,
  context: SweepContext,
): Promise<boolean> {
  if (progress.stage === 'announcements' && !(await readAnnouncements(store, progress, context)))
    return false;
  if (progress.stage === 'manifests' && !(await readManifests(store, progress, context))) return false;
  return deleteBlobs(store, progress, context);
}

async function readAnnouncements(
  store: ObjectStore,
  progress: PruneProgress,
  { lease, mayGoOn }: SweepContext,
): Promise<boolean> {
  const now = lease?.uploaded ?? new Date();
  for await (const batch of batches(store.list(PUBLICATIONS_PREFIX, position(progress)))) {
    await lease?.keep();
    const alive = batch.filter((object) => isAnnouncement(object, now));
    for (const publication of await inGroups(alive, ({ key }) => readPublication(store, key))) {
      for (const sha256 of publication?.blobs ?? []) progress.needed.add(sha256);
    }
    const expired = batch.filter(({ uploaded }) => isExpired(uploaded, now));
    if (expired.length > 0 && !progress.dryRun) await store.delete(expired.map(({ key }) => key));
    if (!goesOn(progress, batch, mayGoOn)) return false;
  }
  enter(progress, 'manifests');
  return true;
}

async function readManifests(
  store: ObjectStore,
  progress: PruneProgress,
  { lease, mayGoOn }: SweepContext,
): Promise<boolean> {
  // In a dry run, the manifests that a prune would have deleted still exist.
  const gone = new Set(
    progress.dryRun ? progress.versions.map((version) => manifestKey(progress.model, version)) : [],
  );
  for await (const batch of batches(store.list(MODELS_PREFIX, position(progress)))) {
    await lease?.keep();
    const keys = batch.map(({ key }) => key).filter((key) => !gone.has(key));
    await inGroups(keys, async (key) => {
      const what = parseStorageKey(key);
      if (what?.kind !== 'manifest') return;
      const read = await readManifest(store, what.model, what.version);
      if (read.kind === 'malformed') {
        throw new Error(`${key} is malformed (${read.reason}), so no blob can be deleted safely`);
      }
      if (read.kind === 'missing') return;
      for (const { sha256 } of blobsOf(read.manifest)) progress.needed.add(sha256);
    });
    if (!goesOn(progress, batch, mayGoOn)) return false;
  }
  enter(progress, 'blobs');
  return true;
}

async function deleteBlobs(
  store: ObjectStore,
  progress: PruneProgress,
  context: SweepContext,
): Promise<boolean> {
  const { lease, mayGoOn, onBlobs } = context;
  let unneeded: ObjectDescription[] = [];
  const flush = async (): Promise<void> => {
    if (lease !== undefined && unneeded.length > 0) {
      await lease.keep();
      await deleteUnderLease(store, unneeded, context.deletionLimit, lease);
    }
    onBlobs(unneeded);
    unneeded = [];
  };
  for await (const batch of batches(store.list(BLOBS_PREFIX, position(progress)), DELETE_BATCH)) {
    for (const blob of batch) {
      if (progress.needed.has(blob.key.slice(BLOBS_PREFIX.length))) continue;
      unneeded.push(blob);
      if (unneeded.length === DELETE_BATCH) await flush();
    }
    if (mayGoOn()) continue;
    await flush();
    progress.after = batch.at(-1)?.key;
    return false;
  }
  await flush();
  enter(progress, 'done');
  return true;
}

/** A failed deletion may still happen. The lock is kept, and its lease protects others. */
async function deleteUnderLease(
  store: ObjectStore,
  blobs: readonly ObjectDescription[],
  limit: number,
  lease: PruningLease,
): Promise<void> {
  const keys = blobs.map(({ key }) => key);
  try {
    await withinTimeLimit(`deleting ${keys.length} files`, limit, store.delete(keys));
  } catch (error) {
    const fault = errorMessage(error);
    throw new DeletionFailedError(
      `${fault}; the lock of this prune holds until ${lease.until.toISOString()}: run it again then to finish`,
      { cause: error },
    );
  }
}

export class DeletionFailedError extends CodedError {
  override readonly code: ErrorCode = 'ERR_DELETION_FAILED';
}

function position({ after }: PruneProgress): { readonly after?: string } {
  return after === undefined ? {} : { after };
}

/** Records the progress of a stage. Returns false if the next request must continue. */
function goesOn(
  progress: PruneProgress,
  batch: readonly ObjectDescription[],
  mayGoOn: () => boolean,
): boolean {
  progress.after = batch.at(-1)?.key;
  return mayGoOn();
}
