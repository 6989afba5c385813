import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore } from '../../worker/registry/storage/object_store.ts';
import type { Manifest } from '../../worker/registry/version/manifest.ts';
import { readManifest } from '../../worker/registry/version/version_store.ts';
import { readVerifiedBlob } from '../registry/verified_blob.ts';

/** A larger version is not downloaded just for a comparison. Bytes. */
const LARGEST_DOWNLOAD = 512 * 1024 * 1024;

export interface FetchedVersion {
  readonly manifest: Manifest;
  /** The local paths of its files by the blobs' paths. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Downloads a published version into a folder.
 *
 * @throws if it is missing or differs from its manifest
 */
export async function fetchVersion(
  store: ObjectStore,
  model: string,
  version: string,
  folder: string,
): Promise<FetchedVersion> {
  const read = await readManifest(store, model, version);
  if (read.kind === 'missing') throw new Error('its manifest is missing');
  if (read.kind === 'malformed') throw new Error(`its manifest is malformed: ${read.reason}`);
  const { blobs } = read.manifest.content;
  const bytes = blobs.reduce((sum, blob) => sum + blob.bytes, 0);
  if (bytes > LARGEST_DOWNLOAD) throw new Error('its files are too large to be fetched');
  const files: Record<string, string> = {};
  for (const blob of blobs) {
    // The file is named by its digest, since paths in a manifest are not trusted.
    const path = join(folder, blob.sha256);
    await writeFile(path, await readVerifiedBlob(store, blob));
    files[blob.path] = path;
  }
  return { manifest: read.manifest, files };
}
