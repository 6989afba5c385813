import * as v from 'valibot';
import { hasBlob, writeBlob } from './blob_store.ts';
import { parseDocument, serializeDocument } from './document.ts';
import { isPublicationKey, PUBLICATIONS_PREFIX, publicationKey } from './keys.ts';
import { type Blob, type Manifest, Sha256Schema } from './manifest.ts';
import type { ObjectStore } from './object_store.ts';
import { type PointerUpdate, updatePointer } from './pointer_store.ts';
import type { PointerTransition } from './pointer_transitions.ts';
import { pruningUntil } from './pruning_lock.ts';
import { writeManifest } from './version_store.ts';

/**
 * The announcement of a publish under way, so that pruning leaves its version and its blobs alone. Written
 * before the publisher looks which blobs are there, and removed after the flip.
 */
export const PublicationSchema = v.object({
  schema: v.literal(1),
  model: v.string(),
  version: v.string(),
  blobs: v.array(Sha256Schema),
});

/** A publisher killed half-way leaves its document; after this it protects nothing. Milliseconds. */
export const PUBLICATION_EXPIRY_MS = 24 * 60 * 60 * 1000;

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
  flip: PointerTransition | undefined,
  options: PublicationOptions,
): Promise<PublicationResult> {
  const { model, version, content } = manifest;
  const blobs = uniqueBlobs(content.blobs);
  const key = publicationKey(options.id);
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
      flip: flip && (await updatePointer(store, model, flip, { wait: options.wait })),
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

export interface PublicationsUnderWay {
  readonly blobs: ReadonlySet<string>;
  isPublishing(model: string, version: string): boolean;
}

/** What publishes under way need. `now` is by the storage's clock. */
export async function readPublications(store: ObjectStore, now: Date): Promise<PublicationsUnderWay> {
  const blobs = new Set<string>();
  const versions = new Set<string>();
  for await (const { key, uploaded } of store.list(PUBLICATIONS_PREFIX)) {
    if (!isPublicationKey(key)) continue;
    if (now.getTime() - uploaded.getTime() > PUBLICATION_EXPIRY_MS) continue;
    const read = await store.get(key);
    if (read.kind !== 'found') continue;
    const parsed = parseDocument(PublicationSchema, await read.object.text());
    if (parsed.kind === 'malformed') throw new Error(`${key} is malformed: ${parsed.reason}`);
    versions.add(`${parsed.value.model}/${parsed.value.version}`);
    for (const sha256 of parsed.value.blobs) blobs.add(sha256);
  }
  return { blobs, isPublishing: (model, version) => versions.has(`${model}/${version}`) };
}

function uniqueBlobs(blobs: readonly Blob[]): Blob[] {
  return [...new Map(blobs.map((blob) => [blob.sha256, blob])).values()];
}
