import type { Blob } from '../../model/content.ts';
import type { PointerUpdate } from '../pointer/pointer_store.ts';
import { pruningUntil } from '../prune/pruning_lock.ts';
import { readDocument, serializeDocument } from '../storage/json_document.ts';
import type { ObjectDescription, ObjectStore } from '../storage/object_store.ts';
import { parseStorageKey } from '../storage/storage_key.ts';
import { PUBLICATIONS_PREFIX, publicationKey } from '../storage/storage_keys.ts';
import { hasBlob, writeBlob } from '../version/blob_store.ts';
import type { Manifest } from '../version/manifest.ts';
import { writeManifest } from '../version/version_store.ts';
import { isExpired, PUBLICATION_BYTES, type Publication, PublicationSchema } from './publication_document.ts';

export interface PublicationOptions {
  readonly id: string;
  /** The bytes of a blob, read when it is its turn. */
  readonly read: (blob: Blob) => Promise<Uint8Array>;
  readonly onBlob?: (blob: Blob, outcome: 'uploaded' | 'present') => void;
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Called once when the publish has to wait for a prune: until then, or longer if the prune renews its lock. */
  readonly onWait?: (until: Date) => void;
}

export type PublicationResult =
  | {
      readonly kind: 'published';
      /** `same`: an earlier publish had written this manifest. */
      readonly manifest: 'written' | 'same';
      readonly uploaded: readonly Blob[];
      readonly present: readonly Blob[];
      /** What became of the pointer; undefined where no flip was asked for. */
      readonly flip: PointerUpdate | undefined;
    }
  /** The version is there with other content. */
  | { readonly kind: 'version taken' };

const PRUNING_POLL_MS = 250;

/**
 * Publishes a version: its blobs, then its manifest, create-if-absent, then the flip. Serving sees nothing of
 * it before the flip. Killed anywhere, it can be run again and does what is left.
 */
export async function publishVersion(
  store: ObjectStore,
  manifest: Manifest,
  flip: (() => Promise<PointerUpdate>) | undefined,
  options: PublicationOptions,
): Promise<PublicationResult> {
  const { model, version, content } = manifest;
  const blobs = uniqueBlobs(content.blobs);
  const key = publicationKey(model, version, options.id);
  const announced = await store.put(
    key,
    serializeDocument({ schema: 1, model, version, blobs: blobs.map(({ sha256 }) => sha256) }),
    { condition: { kind: 'always' } },
  );
  if (announced.kind === 'conflict') throw new Error(`${key} could not be written`);
  try {
    // Announce first, then look for a prune: whichever of the two came second sees the other.
    await waitForPruning(store, announced.uploaded, options);
    const uploaded: Blob[] = [];
    const present: Blob[] = [];
    for (const blob of blobs) {
      const there = await hasBlob(store, blob.sha256, blob.bytes);
      if (!there) await writeBlob(store, blob.sha256, await options.read(blob));
      (there ? present : uploaded).push(blob);
      options.onBlob?.(blob, there ? 'present' : 'uploaded');
    }
    const written = await writeManifest(store, manifest);
    if (written.kind === 'different') return { kind: 'version taken' };
    return {
      kind: 'published',
      manifest: written.kind,
      uploaded,
      present,
      flip: await flip?.(),
    };
  } finally {
    await store.delete([key]);
  }
}

async function waitForPruning(
  store: ObjectStore,
  announced: Date,
  options: PublicationOptions,
): Promise<void> {
  const started = performance.now();
  // The storage's clock told when the announcement was written; this process's only how long it waited. Of its
  // two, the one that never runs ahead: believing a lock expired too early is what must not happen.
  const storageTime = (): Date => new Date(announced.getTime() + performance.now() - started);
  for (let told = false; ; told = true) {
    const until = await pruningUntil(store, storageTime());
    if (until === undefined) return;
    if (!told) options.onWait?.(until);
    await options.wait(PRUNING_POLL_MS);
  }
}

/** Whether a publish under way has announced a version of this model. `now` is by the storage's clock. */
export async function publishedNow(
  store: ObjectStore,
  model: string,
  now: Date,
): Promise<(version: string) => boolean> {
  const versions = new Set<string>();
  for await (const { key, uploaded } of store.list(PUBLICATIONS_PREFIX)) {
    const what = parseStorageKey(key);
    if (what?.kind !== 'publication' || isExpired(uploaded, now)) continue;
    // What earlier tools announced stands under keys that do not tell.
    const named = what.version === undefined ? await readPublication(store, key) : what;
    if (named?.model === model && named.version !== undefined) versions.add(named.version);
  }
  return (version) => versions.has(version);
}

/**
 * An announcement; undefined where it is gone.
 *
 * @throws where it is malformed: it could protect anything
 */
export async function readPublication(store: ObjectStore, key: string): Promise<Publication | undefined> {
  const read = await store.get(key);
  if (read.kind !== 'found') return undefined;
  const parsed = await readDocument(PublicationSchema, read.object, PUBLICATION_BYTES);
  if (parsed.kind === 'malformed') throw new Error(`${key} is malformed: ${parsed.reason}`);
  return parsed.value;
}

/** Deletes announcements that protect nothing any more. `now` is by the storage's clock. */
export async function dropExpiredPublications(store: ObjectStore, now: Date): Promise<void> {
  const expired: string[] = [];
  for await (const { key, uploaded } of store.list(PUBLICATIONS_PREFIX)) {
    if (isExpired(uploaded, now)) expired.push(key);
    if (expired.length === DELETED_AT_ONCE) break;
  }
  if (expired.length > 0) await store.delete(expired);
}

/** What storage deletes in one operation. */
const DELETED_AT_ONCE = 1000;

/** Whether what lies at a key is an announcement that still protects something. */
export function isAnnouncement({ key, uploaded }: ObjectDescription, now: Date): boolean {
  return parseStorageKey(key)?.kind === 'publication' && !isExpired(uploaded, now);
}

function uniqueBlobs(blobs: readonly Blob[]): Blob[] {
  return [...new Map(blobs.map((blob) => [blob.sha256, blob])).values()];
}
