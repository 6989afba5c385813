import { readPublication } from '../../worker/registry/publish/publication.ts';
import { isExpired } from '../../worker/registry/publish/publication_document.ts';
import { errorMessage } from '../../worker/registry/storage/error_message.ts';
import type { ObjectStore } from '../../worker/registry/storage/object_store.ts';
import {
  BLOBS_PREFIX,
  MODELS_PREFIX,
  PUBLICATIONS_PREFIX,
  parseStorageKey,
} from '../../worker/registry/storage/storage_keys.ts';
import type { Manifest } from '../../worker/registry/version/manifest.ts';
import { blobsOf } from '../../worker/registry/version/version_blobs.ts';
import { formatBytes, plural } from '../cli/format.ts';
import type { Finding } from './finding.ts';

export interface Announcements {
  readonly findings: readonly Finding[];
  /** The digests of the files that publishes in progress need. */
  readonly needed: ReadonlySet<string>;
}

/** Checks the announcements of publishes. */
export async function checkAnnouncements(store: ObjectStore, now: Date): Promise<Announcements> {
  const findings: Finding[] = [];
  const needed = new Set<string>();
  for await (const { key, uploaded } of store.list(PUBLICATIONS_PREFIX)) {
    if (parseStorageKey(key)?.kind !== 'publication') continue;
    if (isExpired(uploaded, now)) {
      findings.push({ kind: 'announcement-expired', key, what: `it is of ${uploaded.toISOString()}` });
      continue;
    }
    try {
      const publication = await readPublication(store, key);
      if (publication === undefined) continue;
      for (const sha256 of publication.blobs) needed.add(sha256);
      const { model, version } = publication;
      const what = `${model} ${version} was announced at ${uploaded.toISOString()}`;
      findings.push({ kind: 'announcement-open', key, model, version, what });
    } catch (error) {
      findings.push({ kind: 'announcement-malformed', key, what: errorMessage(error) });
    }
  }
  return { findings, needed };
}

/** A file in the bucket. */
export interface StoredFile {
  readonly key: string;
  readonly size: number;
}

export interface Listing {
  readonly findings: readonly Finding[];
  readonly files: readonly StoredFile[];
}

/** Lists the files, and reports the objects that the registry does not use. */
export async function listObjects(store: ObjectStore): Promise<Listing> {
  const findings: Finding[] = [];
  const files: StoredFile[] = [];
  for (const prefix of [MODELS_PREFIX, BLOBS_PREFIX, PUBLICATIONS_PREFIX]) {
    for await (const { key, size } of store.list(prefix)) {
      const what = parseStorageKey(key);
      if (what === undefined)
        findings.push({ kind: 'object-unknown', key, what: `it has ${formatBytes(size)}` });
      if (what?.kind === 'blob') files.push({ key, size });
    }
  }
  return { findings, files };
}

/**
 * Reports the files that no version and no publish in progress needs, together.
 *
 * @param announced the digests of announcements, read before the files were listed and after the manifests
 */
export function unneededFiles(
  files: readonly StoredFile[],
  manifests: readonly Manifest[],
  announced: ReadonlySet<string>,
): Finding[] {
  const needed = new Set(manifests.flatMap((manifest) => blobsOf(manifest).map(({ sha256 }) => sha256)));
  const unneeded = files.filter(({ key }) => {
    const sha256 = key.slice(BLOBS_PREFIX.length);
    return !needed.has(sha256) && !announced.has(sha256);
  });
  const [first] = unneeded;
  if (first === undefined) return [];
  const bytes = unneeded.reduce((sum, { size }) => sum + size, 0);
  return [
    {
      kind: 'files-unneeded',
      key: first.key,
      what: `${plural(unneeded.length, 'file')} (${formatBytes(bytes)})`,
    },
  ];
}
