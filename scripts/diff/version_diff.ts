import { type ModelSummary, summarizeTopology } from '../../import/summarize_model.ts';
import type { Blob } from '../../worker/model/content.ts';
import type { ObjectStore } from '../../worker/registry/storage/object_store.ts';
import { compareSignatures, type SignatureDifference } from '../../worker/registry/version/compatibility.ts';
import type { Manifest } from '../../worker/registry/version/manifest.ts';
import { sameContent } from '../../worker/registry/version/version_store.ts';
import { readVerifiedBlob } from '../registry/verified_blob.ts';

/** A version with what its topology says. */
export interface SummarizedVersion {
  readonly manifest: Manifest;
  /** Undefined if its topology cannot be read. */
  readonly topology: Pick<ModelSummary, 'operations' | 'parameters'> | undefined;
}

export interface FileDifference {
  readonly path: string;
  /** Undefined if the version has no such file. */
  readonly one: Blob | undefined;
  readonly other: Blob | undefined;
}

interface OperationDifference {
  readonly name: string;
  readonly one: number;
  readonly other: number;
}

export interface VersionDiff {
  readonly one: SummarizedVersion;
  readonly other: SummarizedVersion;
  /** True if both are the same model, whoever published them. */
  readonly sameContent: boolean;
  /** What clients of the first version notice with the second. */
  readonly signatures: readonly SignatureDifference[];
  readonly sameFiles: readonly Blob[];
  readonly files: readonly FileDifference[];
  /** Undefined if a topology cannot be read. */
  readonly operations: readonly OperationDifference[] | undefined;
}

/** Reads what a manifest does not say: the operations, or layers, and the number of parameters. */
export async function summarizeVersion(store: ObjectStore, manifest: Manifest): Promise<SummarizedVersion> {
  const { format, topology, blobs } = manifest.content;
  const blob = blobs.find(({ path }) => path === topology);
  if (blob === undefined) return { manifest, topology: undefined };
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(await readVerifiedBlob(store, blob)));
    return { manifest, topology: summarizeTopology(format, json) };
  } catch {
    // A missing or damaged file must not hide what the manifests say. `check` reports it.
    return { manifest, topology: undefined };
  }
}

export function diffVersions(one: SummarizedVersion, other: SummarizedVersion): VersionDiff {
  const [before, after] = [one.manifest.content, other.manifest.content];
  const files = compareFiles(before.blobs, after.blobs);
  return {
    one,
    other,
    sameContent: sameContent(before, after),
    signatures: compareSignatures(before.signatures, after.signatures),
    sameFiles: files.flatMap((file) => (isSame(file) && file.one !== undefined ? [file.one] : [])),
    files: files.filter((file) => !isSame(file)),
    operations:
      one.topology === undefined || other.topology === undefined
        ? undefined
        : compareOperations(one.topology.operations, other.topology.operations),
  };
}

function compareFiles(before: readonly Blob[], after: readonly Blob[]): FileDifference[] {
  const paths = new Set([...before, ...after].map(({ path }) => path));
  const at = (blobs: readonly Blob[], path: string): Blob | undefined =>
    blobs.find((blob) => blob.path === path);
  return [...paths].map((path) => ({ path, one: at(before, path), other: at(after, path) }));
}

function isSame({ one, other }: FileDifference): boolean {
  return one?.sha256 === other?.sha256;
}

type Operations = ModelSummary['operations'];

function compareOperations(before: Operations, after: Operations): OperationDifference[] {
  const names = new Set([...before, ...after].map(({ name }) => name));
  const count = (operations: Operations, name: string): number =>
    operations.find((operation) => operation.name === name)?.count ?? 0;
  return [...names]
    .map((name) => ({ name, one: count(before, name), other: count(after, name) }))
    .filter(({ one, other }) => one !== other);
}
