import { versionsInUse } from '../../registry/pointer/pointer.ts';
import { errorMessage } from '../../registry/storage/error_message.ts';
import { compareVersions } from '../../registry/version/version.ts';
import type { DescribeOutcome, VersionStatus } from '../api.ts';
import { reasonOf } from '../servables/load_outcome.ts';
import type { ServableManager } from '../servables/servable_manager.ts';
import { answeredBy, type Resolution } from './resolution.ts';

/** Describes a version's signatures and format, from memory if it is loaded and otherwise from its manifest. */
export async function describeVersion(
  manager: ServableManager,
  model: string,
  resolution: Resolution,
): Promise<DescribeOutcome> {
  const { version } = resolution;
  const by = answeredBy(resolution, version);
  const ready = manager.ready(model, version);
  if (ready !== undefined) {
    const { format, signatures, leftOut, image } = ready;
    return { kind: 'described', format, signatures, leftOut, image, by };
  }
  try {
    const read = await manager.readManifest(model, version);
    if (read.kind === 'found') {
      const { format, signatures, leftOut, image } = read.manifest.content;
      return { kind: 'described', format, signatures, leftOut, image, by };
    }
    if (read.kind === 'missing' && !resolution.fromPointer) return { kind: 'unknown version', version };
    const reason = read.kind === 'missing' ? reasonOf(read) : `its manifest is ${read.kind}: ${read.reason}`;
    return { kind: 'unavailable', version, reason };
  } catch (error) {
    return {
      kind: 'unavailable',
      version,
      reason: `its manifest could not be read: ${errorMessage(error)}`,
    };
  }
}

/**
 * Returns the states of the versions that the pointer names or that this isolate has loaded or tried to load, newest
 * first.
 */
export function versionStates(
  { version, pointer }: Resolution,
  known: readonly VersionStatus[],
): VersionStatus[] {
  const states = new Map<string, VersionStatus>();
  for (const named of pointer === undefined ? [version] : versionsInUse(pointer)) {
    states.set(named, { version: named, state: 'START' });
  }
  for (const status of known) states.set(status.version, status);
  return [...states.values()].sort((left, right) => compareVersions(right.version, left.version));
}
