import type { Pointer } from '../../worker/registry/pointer/pointer.ts';
import {
  compareVersions,
  FIRST_VERSION,
  nextVersion,
  parseVersion,
  type VersionBump,
} from '../../worker/registry/version/version.ts';

/**
 * Returns the version that a publisher names: the given one, or else the model directory's name if it is a version and
 * no bump is requested (`half_plus_two/1.1.0`; TensorFlow Serving's `half_plus_two/00000123` is 123). Undefined if the
 * registry determines it.
 */
export function namedVersion(options: {
  readonly version?: string | undefined;
  readonly bump?: VersionBump | undefined;
  readonly directoryName: string;
}): string | undefined {
  if (options.version !== undefined) return options.version;
  return options.bump === undefined ? parseVersion(options.directoryName) : undefined;
}

/** Returns the published version with this content under which to publish: the current one, or else the highest. */
export function versionOfContent(
  versions: readonly string[],
  pointer: Pointer | undefined,
): string | undefined {
  const alive = versions.filter((version) => !pointer?.retired.includes(version));
  if (pointer !== undefined && alive.includes(pointer.current)) return pointer.current;
  return alive.toSorted(compareVersions).at(-1);
}

/** Returns the version after all that ever existed, since a pruned version must not be published again. */
export function versionAfter(
  published: readonly string[],
  pointer: Pointer | undefined,
  bump: VersionBump,
): string {
  const known = [...published, ...(pointer?.retired ?? []), ...(pointer ? [pointer.current] : [])];
  const highest = known.sort(compareVersions).at(-1);
  return highest === undefined ? FIRST_VERSION : nextVersion(highest, bump);
}
