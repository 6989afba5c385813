import type { Blob } from '../../worker/model/content.ts';
import { inGroups } from '../../worker/registry/storage/groups.ts';
import type { ObjectStore } from '../../worker/registry/storage/object_store.ts';
import { blobKey, manifestKey } from '../../worker/registry/storage/storage_keys.ts';
import type { Manifest } from '../../worker/registry/version/manifest.ts';
import { planBlobs } from '../../worker/registry/version/version_blobs.ts';
import { verifyBlob } from '../registry/verified_blob.ts';
import type { Finding } from './finding.ts';

export interface FileCheckOptions {
  /** Compares only lengths, and reads no file. */
  readonly fast: boolean;
  /** Receives the state after each piece. */
  readonly onProgress: (done: FileProgress) => void;
}

export interface FileProgress {
  readonly files: number;
  readonly bytes: number;
  readonly ofFiles: number;
  readonly ofBytes: number;
}

/** A file that versions need, once for each digest and length. */
interface NeededFile extends Blob {
  readonly model: string;
  readonly version: string;
  /** The number of further versions that need it. */
  readonly others: number;
  /** True if it is a prepared plan, without which the version is served all the same. */
  readonly isPlan: boolean;
}

/** Checks every file that the manifests name. A file that several versions need is read once. */
export async function checkFiles(
  store: ObjectStore,
  manifests: readonly Manifest[],
  { fast, onProgress }: FileCheckOptions,
): Promise<{ readonly findings: readonly Finding[]; readonly progress: FileProgress }> {
  const needed = neededFiles(manifests);
  let progress: FileProgress = {
    files: 0,
    bytes: 0,
    ofFiles: needed.length,
    ofBytes: needed.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  const advance = (files: number, bytes: number): void => {
    progress = { ...progress, files: progress.files + files, bytes: progress.bytes + bytes };
    onProgress(progress);
  };
  const found = await inGroups(needed, async (file) => {
    const finding = await checkFile(store, file, fast, (bytes) => advance(0, bytes));
    advance(1, 0);
    return finding;
  });
  return { findings: found.filter((finding) => finding !== undefined), progress };
}

function neededFiles(manifests: readonly Manifest[]): NeededFile[] {
  const files = new Map<string, NeededFile>();
  const add = ({ model, version }: Manifest, { path, sha256, bytes }: Blob, isPlan: boolean): void => {
    // Two manifests that state different lengths of one file cannot both be right.
    const key = `${sha256} ${bytes}`;
    const known = files.get(key);
    files.set(
      key,
      known === undefined
        ? { path, sha256, bytes, model, version, others: 0, isPlan }
        : { ...known, others: known.others + 1, isPlan: known.isPlan && isPlan },
    );
  };
  for (const manifest of manifests) {
    for (const blob of manifest.content.blobs) add(manifest, blob, false);
    for (const blob of planBlobs(manifest)) add(manifest, blob, true);
  }
  return [...files.values()];
}

async function checkFile(
  store: ObjectStore,
  file: NeededFile,
  fast: boolean,
  onBytes: (bytes: number) => void,
): Promise<Finding | undefined> {
  const { sha256, bytes, path, model, version, others, isPlan } = file;
  const key = blobKey(sha256);
  const also =
    others === 0 ? '' : `, which ${others} more ${others === 1 ? 'file' : 'files'} of versions share,`;
  const finding = (kind: Finding['kind'], what: string): Finding => ({
    kind: isPlan ? 'plan-damaged' : kind,
    key,
    model,
    version,
    what: `${path}${also} ${what}`,
  });
  const head = await store.head(key);
  if (head.kind === 'missing') {
    // A prune may have deleted the version since its manifest was read.
    const manifest = await store.head(manifestKey(model, version));
    return manifest.kind === 'missing' ? undefined : finding('file-missing', 'is missing');
  }
  const { size } = head.description;
  if (size !== bytes) return finding('file-size', `has ${size} bytes instead of ${bytes}`);
  if (fast) return undefined;
  const { kind } = await verifyBlob(store, file, ({ length }) => onBytes(length));
  return kind === 'different' ? finding('file-corrupt', 'does not have its digest') : undefined;
}
