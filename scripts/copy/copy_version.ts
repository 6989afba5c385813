import type { Blob } from '../../worker/model/content.ts';
import { publishVersion } from '../../worker/registry/publish/publication.ts';
import type { ObjectStore } from '../../worker/registry/storage/object_store.ts';
import { hasBlob } from '../../worker/registry/version/blob_store.ts';
import { canonicalJson } from '../../worker/registry/version/canonical_json.ts';
import type { Manifest } from '../../worker/registry/version/manifest.ts';
import { uniqueBlobsOf } from '../../worker/registry/version/version_blobs.ts';
import { readManifestDocument, sameContent } from '../../worker/registry/version/version_store.ts';
import { DamagedBlobError, readVerifiedBlob } from '../registry/verified_blob.ts';

/** What became of one version. */
export type VersionCopy =
  | {
      /** `present`: it is published there with the same content, and any missing file was added. */
      readonly kind: 'copied' | 'present';
      readonly version: string;
      readonly uploaded: readonly Blob[];
      readonly present: readonly Blob[];
      /** True if its manifest there, which stays, is another one: of another publisher, or with another signature. */
      readonly otherManifest: boolean;
    }
  | { readonly kind: 'refused'; readonly version: string; readonly reason: string };

export interface CopyVersionOptions {
  readonly id: string;
  readonly dryRun: boolean;
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Receives the number of bytes that were read since the last call. */
  readonly onBytes?: (bytes: number) => void;
  readonly onBlob?: (blob: Blob, outcome: 'uploaded' | 'present') => void;
  /** A prune is in progress at the destination. The copy continues after it, or when its lock expires. */
  readonly onWait?: (until: Date) => void;
}

/**
 * Copies a version as a publish does: it is announced, then its missing blobs are written, each verified as it is read,
 * then its manifest with every byte, so that its signature stays valid. No pointer moves. After a kill at any point,
 * running it again completes the work.
 */
export async function copyVersion(
  from: ObjectStore,
  to: ObjectStore,
  { model, version }: { readonly model: string; readonly version: string },
  options: CopyVersionOptions,
): Promise<VersionCopy> {
  const refused = (reason: string): VersionCopy => ({ kind: 'refused', version, reason });
  const read = await readManifestDocument(from, model, version);
  if (read.kind === 'missing')
    return refused('it is not published any more: a prune has deleted it meanwhile');
  if (read.kind === 'malformed') return refused(`its manifest is malformed: ${read.reason}`);
  const { manifest, text } = read;
  const there = await readManifestDocument(to, model, version);
  if (there.kind === 'malformed')
    return refused(`its manifest at the destination is malformed: ${there.reason}`);
  if (there.kind === 'found' && !sameContent(there.manifest.content, manifest.content)) {
    return refused(
      'it is published at the destination with other content, and a published version never changes',
    );
  }
  const otherManifest = there.kind === 'found' && !sameDocument(there.text, text);
  if (options.dryRun) {
    const kind = there.kind === 'found' ? 'present' : 'copied';
    return { kind, version, otherManifest, ...(await compareBlobs(to, manifest)) };
  }
  const published = await unlessDamaged(
    publishVersion(to, manifest, undefined, {
      id: options.id,
      document: new TextEncoder().encode(text),
      read: async (blob) => {
        const copied = await unlessDamaged(
          readVerifiedBlob(from, blob, ({ length }) => options.onBytes?.(length)),
        );
        if (!(copied instanceof DamagedBlobError)) return copied;
        // A version is served without its prepared plans.
        if (manifest.content.blobs.every(({ sha256 }) => sha256 !== blob.sha256)) return undefined;
        throw copied;
      },
      wait: options.wait,
      ...(options.onBlob && { onBlob: options.onBlob }),
      ...(options.onWait && { onWait: options.onWait }),
    }),
  );
  if (published instanceof DamagedBlobError) return refused(`${published.message} at the source`);
  if (published.kind === 'version taken') {
    return refused('it was published at the destination with other content meanwhile');
  }
  const { uploaded, present } = published;
  return {
    kind: published.manifest === 'written' ? 'copied' : 'present',
    version,
    uploaded,
    present,
    otherManifest,
  };
}

/** A damaged file must not prevent the copies of other versions. */
async function unlessDamaged<T>(copying: Promise<T>): Promise<T | DamagedBlobError> {
  try {
    return await copying;
  } catch (error) {
    if (error instanceof DamagedBlobError) return error;
    throw error;
  }
}

/** True if two manifests state the same. A management Worker stores them in its own layout. */
function sameDocument(one: string, other: string): boolean {
  return canonicalJson(JSON.parse(one)) === canonicalJson(JSON.parse(other));
}

async function compareBlobs(
  store: ObjectStore,
  manifest: Manifest,
): Promise<{ readonly uploaded: readonly Blob[]; readonly present: readonly Blob[] }> {
  const uploaded: Blob[] = [];
  const present: Blob[] = [];
  for (const blob of uniqueBlobsOf(manifest)) {
    ((await hasBlob(store, blob.sha256, blob.bytes)) ? present : uploaded).push(blob);
  }
  return { uploaded, present };
}
