import type { ModelContent } from '../../../worker/model/content.ts';
import type { ObjectStore } from '../../../worker/registry/storage/object_store.ts';
import {
  announcesBreaking,
  compareSignatures,
  type SignatureDifference,
} from '../../../worker/registry/version/compatibility.ts';
import { nextVersion } from '../../../worker/registry/version/version.ts';
import { readManifest } from '../../../worker/registry/version/version_store.ts';

export interface CompatibilityCheck {
  /** The differences that clients of the current version can observe. Empty also if its manifest cannot be read. */
  readonly differences: readonly SignatureDifference[];
  /** The reason why the version must not be published, or undefined. */
  readonly refusal: string | undefined;
}

/** Compares a version with the current one. A breaking change needs a new MAJOR or explicit permission. */
export async function checkCompatibility(
  store: ObjectStore,
  candidate: { readonly model: string; readonly version: string; readonly content: ModelContent },
  current: string | undefined,
  allowBreaking: boolean,
): Promise<CompatibilityCheck> {
  if (current === undefined || current === candidate.version) return { differences: [], refusal: undefined };
  const read = await readManifest(store, candidate.model, current);
  if (read.kind !== 'found') return { differences: [], refusal: undefined };
  const differences = compareSignatures(read.manifest.content.signatures, candidate.content.signatures);
  const breaking = differences.filter(({ isBreaking }) => isBreaking);
  const isAllowed = breaking.length === 0 || allowBreaking || announcesBreaking(current, candidate.version);
  return {
    differences,
    refusal: isAllowed ? undefined : describeRefusal(candidate, current, breaking),
  };
}

function describeRefusal(
  { model, version }: { readonly model: string; readonly version: string },
  current: string,
  breaking: readonly SignatureDifference[],
): string {
  const major = nextVersion(current, 'major');
  const way = current.includes('.')
    ? `publish it as ${major}, with --model-version ${major}, or with --allow-breaking`
    : 'publish it with --allow-breaking';
  return (
    `${model} ${version} would break clients of the current version ${current}: ` +
    `${breaking.map(({ what }) => what).join('; ')}. If that is meant, ${way}`
  );
}
