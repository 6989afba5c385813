import * as v from 'valibot';
import type { ErrorCode } from '../../model/coded_error.ts';
import { NameSchema } from '../../model/names.ts';
import { readDocument } from '../storage/json_document.ts';
import type { ObjectStore } from '../storage/object_store.ts';
import { LastingError } from '../storage/retrying_object_store.ts';
import { PRUNE_PROGRESS_PREFIX, pruneProgressKey } from '../storage/storage_keys.ts';
import { VersionSchema } from '../version/manifest.ts';
import { PRUNE_STAGES, type PruneProgress } from './progress.ts';

/** A prune that continues in another request. */
export interface StoredProgress {
  readonly progress: PruneProgress;
  readonly holdsLock: boolean;
}

/** The most blobs that a registry may need for a prune in parts, whose digests are read and written with every part. */
const NEEDED_LIMIT = 100_000;
const DIGEST_LENGTH = 64;
const PROGRESS_BYTES = 16 * 1024 * 1024;

/** An abandoned prune leaves its document for this long. Milliseconds. */
const PROGRESS_EXPIRY_MS = 60 * 60 * 1000;

const ProgressSchema = v.strictObject({
  schema: v.literal(1),
  model: NameSchema,
  keep: v.number(),
  dryRun: v.boolean(),
  stage: v.picklist(PRUNE_STAGES),
  after: v.optional(v.string()),
  versions: v.array(VersionSchema),
  kept: v.array(VersionSchema),
  /** The concatenated digests. */
  needed: v.pipe(v.string(), v.regex(/^[0-9a-f]*$/), v.maxLength(NEEDED_LIMIT * DIGEST_LENGTH)),
  holdsLock: v.boolean(),
});

/** Returns the progress of a prune, or undefined if no earlier request of it left work. */
export async function readProgress(store: ObjectStore, id: string): Promise<StoredProgress | undefined> {
  const read = await store.get(pruneProgressKey(id));
  if (read.kind !== 'found') return undefined;
  const parsed = await readDocument(ProgressSchema, read.object, PROGRESS_BYTES);
  if (parsed.kind === 'malformed') return undefined;
  const { schema: _, needed, holdsLock, after, ...progress } = parsed.value;
  return { progress: { ...progress, after, needed: new Set(digests(needed)) }, holdsLock };
}

class RegistryTooLargeError extends LastingError {
  override readonly code: ErrorCode = 'ERR_REGISTRY_TOO_LARGE';
}

/** @throws RegistryTooLargeError if the registry has too many blobs for a prune in parts */
export async function saveProgress(
  store: ObjectStore,
  id: string,
  { progress, holdsLock }: StoredProgress,
): Promise<void> {
  const { needed, ...rest } = progress;
  if (needed.size > NEEDED_LIMIT) {
    throw new RegistryTooLargeError(
      `the registry needs more than ${NEEDED_LIMIT} files, too many to be pruned in parts; prune with --remote`,
    );
  }
  const document = { schema: 1, ...rest, needed: [...needed].join(''), holdsLock };
  await store.put(pruneProgressKey(id), new TextEncoder().encode(JSON.stringify(document)), {
    condition: { kind: 'always' },
  });
}

export function dropProgress(store: ObjectStore, id: string): Promise<void> {
  return store.delete([pruneProgressKey(id)]);
}

/** Deletes the documents of abandoned prunes. */
export async function dropOldProgress(store: ObjectStore): Promise<void> {
  const old: string[] = [];
  for await (const { key, uploaded } of store.list(PRUNE_PROGRESS_PREFIX)) {
    if (Date.now() - uploaded.getTime() > PROGRESS_EXPIRY_MS) old.push(key);
    if (old.length === 1000) break;
  }
  if (old.length > 0) await store.delete(old);
}

function* digests(text: string): Generator<string> {
  for (let start = 0; start < text.length; start += DIGEST_LENGTH) {
    yield text.slice(start, start + DIGEST_LENGTH);
  }
}
