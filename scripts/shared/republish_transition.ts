import type { Pointer } from '../../worker/registry/pointer.ts';
import {
  type ChangeRecord,
  labelTransition,
  type PointerTransition,
  publishTransition,
} from '../../worker/registry/pointer_transitions.ts';
import { compareVersions } from '../../worker/registry/version.ts';

/** Where a published version stands to the current one. */
export type VersionStanding =
  | 'current'
  /** It was current once; something else is by somebody's decision. */
  | 'was current'
  /** Never current, and lower than what is. */
  | 'behind'
  /** Never current, and higher: its publish was interrupted before the flip, or asked for none. */
  | 'ahead';

export function versionStanding(pointer: Pointer, version: string): VersionStanding {
  if (pointer.current === version) return 'current';
  if (wasCurrent(pointer, version)) return 'was current';
  return compareVersions(version, pointer.current) < 0 ? 'behind' : 'ahead';
}

/**
 * The flip for a version that was published before. It completes a publish that never came to its flip. It
 * does not undo a rollback: whoever runs the same publish again, a pipeline most likely, means the version to
 * be there, not the decision to leave it to be reversed.
 */
export function republishTransition(
  version: string,
  record: ChangeRecord,
  label: string | undefined,
): PointerTransition {
  return (pointer) => {
    const flip = publishTransition(version, record, label);
    if (pointer === undefined) return flip(pointer);
    const standing = versionStanding(pointer, version);
    if (standing === 'ahead' || standing === 'current') return flip(pointer);
    return label === undefined
      ? { kind: 'unchanged', pointer }
      : labelTransition(label, version, record)(pointer);
  };
}

function wasCurrent(pointer: Pointer, version: string): boolean {
  return (
    pointer.previous === version ||
    pointer.history.some(
      ({ action, from, to }) =>
        (action === 'publish' || action === 'rollback') && (from === version || to === version),
    )
  );
}
