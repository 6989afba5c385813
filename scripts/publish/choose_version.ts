import type { Pointer } from '../../worker/registry/pointer/pointer.ts';
import {
  compareVersions,
  FIRST_VERSION,
  nextVersion,
  parseVersion,
  type VersionBump,
} from '../../worker/registry/version/version.ts';

/**
 * The version that a publisher names: the one given, else the model directory's own name where that is a
 * version and no bump is asked for (`half_plus_two/1.1.0`; TensorFlow Serving's `half_plus_two/00000123` is
 * 123). Undefined where the registry has to find one.
 */
export function namedVersion(options: {
  readonly version?: string | undefined;
  readonly bump?: VersionBump | undefined;
  readonly directoryName: string;
}): string | undefined {
  if (options.version !== undefined) return options.version;
  return options.bump === undefined ? parseVersion(options.directoryName) : undefined;
}

/** Of the published versions that have the content in hand, the one to publish it as: the current one, or the highest. */
export function versionOfContent(
  versions: readonly string[],
  pointer: Pointer | undefined,
): string | undefined {
  const alive = versions.filter((version) => !pointer?.retired.includes(version));
  if (pointer !== undefined && alive.includes(pointer.current)) return pointer.current;
  return alive.toSorted(compareVersions).at(-1);
}

/** The version after every one that was ever there: a pruned one does not come back. */
export function versionAfter(
  published: readonly string[],
  pointer: Pointer | undefined,
  bump: VersionBump,
): string {
  const known = [...published, ...(pointer?.retired ?? []), ...(pointer ? [pointer.current] : [])];
  const highest = known.sort(compareVersions).at(-1);
  return highest === undefined ? FIRST_VERSION : nextVersion(highest, bump);
}
