import type { Blob } from '../../model/content.ts';
import type { PointerUpdate } from '../pointer/pointer_store.ts';
import { pruningUntil } from '../prune/pruning_lock.ts';
import { readDocument, serializeDocument } from '../storage/json_document.ts';
import type { ObjectDescription, ObjectStore } from '../storage/object_store.ts';
import { PUBLICATIONS_PREFIX, parseStorageKey, publicationKey } from '../storage/storage_keys.ts';
import { hasBlob, writeBlob } from '../version/blob_store.ts';
import type { Manifest } from '../version/manifest.ts';
import { uniqueBlobsOf } from '../version/version_blobs.ts';
import { writeManifest } from '../version/version_store.ts';
import { isExpired, PUBLICATION_BYTES, type Publication, PublicationSchema } from './publication_document.ts';

export interface PublicationOptions {
  readonly id: string;
  /** Reads the bytes of a blob when it is uploaded. Undefined if it is a prepared plan that cannot be read. */
  readonly read: (blob: Blob) => Promise<Uint8Array | undefined>;
  /** The bytes of the manifest if it exists elsewhere, which are written as they are. */
  readonly document?: Uint8Array;
  readonly onBlob?: (blob: Blob, outcome: 'uploaded' | 'present') => void;
  readonly wait: (milliseconds: number) => Promise<void>;
  /**
   * Called once if the publish must wait for a prune, with the time until which it waits. If the prune renews its lock,
   * it waits longer.
   */
  readonly onWait?: (until: Date) => void;
}

export type PublicationResult =
  | {
      readonly kind: 'published';
      /** `same`: an earlier publish wrote this manifest. */
      readonly manifest: 'written' | 'same';
      readonly uploaded: readonly Blob[];
      readonly present: readonly Blob[];
      /** The result of the flip; undefined if none was requested. */
      readonly flip: PointerUpdate | undefined;
    }
  /** The version exists with other content. */
  | { readonly kind: 'version taken' };

const PRUNING_POLL_MS = 250;

/**
 * Publishes a version: its blobs, then its manifest if it does not exist, then the flip. Serving does not see the
 * version before the flip. After a kill at any point, running it again completes the remaining steps.
 */
export async function publishVersion(
  store: ObjectStore,
  manifest: Manifest,
  flip: (() => Promise<PointerUpdate>) | undefined,
  options: PublicationOptions,
): Promise<PublicationResult> {
  const { model, version } = manifest;
  const blobs = uniqueBlobsOf(manifest);
  const key = publicationKey(model, version, options.id);
  const announced = await store.put(
    key,
    serializeDocument({ schema: 1, model, version, blobs: blobs.map(({ sha256 }) => sha256) }),
    { condition: { kind: 'always' } },
  );
  if (announced.kind === 'conflict') throw new Error(`${key} could not be written`);
  try {
    // A publish announces itself, then checks for a prune. A prune does the reverse, so that the later of the two sees
    // the other.
    await waitForPruning(store, announced.uploaded, options);
    const uploaded: Blob[] = [];
    const present: Blob[] = [];
    for (const blob of blobs) {
      const there = await hasBlob(store, blob.sha256, blob.bytes);
      if (!there) {
        const bytes = await options.read(blob);
        if (bytes === undefined) continue;
        await writeBlob(store, blob.sha256, bytes);
      }
      (there ? present : uploaded).push(blob);
      options.onBlob?.(blob, there ? 'present' : 'uploaded');
    }
    const written = await writeManifest(store, manifest, options.document);
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
  // The storage's clock dates the announcement, and this process's clock measures only the wait. The monotonic clock
  // never runs ahead: considering a lock expired too early would be unsafe.
  const storageTime = (): Date => new Date(announced.getTime() + performance.now() - started);
  for (let told = false; ; told = true) {
    const until = await pruningUntil(store, storageTime());
    if (until === undefined) return;
    if (!told) options.onWait?.(until);
    await options.wait(PRUNING_POLL_MS);
  }
}

/** True if a publish in progress has announced a version of this model. `now` is by the storage's clock. */
export async function publishedNow(
  store: ObjectStore,
  model: string,
  now: Date,
): Promise<(version: string) => boolean> {
  const versions = new Set<string>();
  for await (const { key, uploaded } of store.list(PUBLICATIONS_PREFIX)) {
    const what = parseStorageKey(key);
    if (what?.kind !== 'publication' || isExpired(uploaded, now)) continue;
    // The keys of announcements by earlier tools do not contain the version.
    const named = what.version === undefined ? await readPublication(store, key) : what;
    if (named?.model === model && named.version !== undefined) versions.add(named.version);
  }
  return (version) => versions.has(version);
}

/**
 * Returns an announcement, or undefined if it does not exist any more.
 *
 * @throws if it is malformed: it could protect any blob
 */
export async function readPublication(store: ObjectStore, key: string): Promise<Publication | undefined> {
  const read = await store.get(key);
  if (read.kind !== 'found') return undefined;
  const parsed = await readDocument(PublicationSchema, read.object, PUBLICATION_BYTES);
  if (parsed.kind === 'malformed') throw new Error(`${key} is malformed: ${parsed.reason}`);
  return parsed.value;
}

/** Deletes expired announcements. `now` is by the storage's clock. */
export async function dropExpiredPublications(store: ObjectStore, now: Date): Promise<void> {
  const expired: string[] = [];
  for await (const { key, uploaded } of store.list(PUBLICATIONS_PREFIX)) {
    if (isExpired(uploaded, now)) expired.push(key);
    if (expired.length === DELETED_AT_ONCE) break;
  }
  if (expired.length > 0) await store.delete(expired);
}

/** The most objects that storage deletes in one operation. */
const DELETED_AT_ONCE = 1000;

/** True if the object is an announcement that has not expired. */
export function isAnnouncement({ key, uploaded }: ObjectDescription, now: Date): boolean {
  return parseStorageKey(key)?.kind === 'publication' && !isExpired(uploaded, now);
}
