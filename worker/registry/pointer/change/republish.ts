import { isFlip, type Pointer } from '../pointer.ts';
import {
  type ChangeRecord,
  labelTransition,
  type PointerTransition,
  publishTransition,
} from '../pointer_transitions.ts';

/** The relation of a published version to the current one. */
export type VersionStanding =
  | 'current'
  /** The version was current earlier. A later decision made another one current. */
  | 'was current'
  /** The history contains no flip to or from the version. */
  | 'not in history';

export function versionStanding(pointer: Pointer, version: string): VersionStanding {
  if (pointer.current === version) return 'current';
  return wasCurrent(pointer, version) ? 'was current' : 'not in history';
}

/**
 * Makes the flip of a version that was published before. It completes a publish that ended before its flip, even if the
 * current version is higher. It does not undo a rollback: a pipeline that repeats a publish needs the version to exist,
 * and must not reverse a decision.
 *
 * @param publishedAt the time in the version's manifest, ISO 8601
 */
export function republishTransition(
  version: string,
  publishedAt: string,
  record: ChangeRecord,
  label: string | undefined,
): PointerTransition {
  return (pointer) => {
    const flip = publishTransition(version, record, label);
    if (pointer === undefined) return flip(pointer);
    const standing = versionStanding(pointer, version);
    const neverCurrent = standing === 'not in history' && historyReachesBackTo(pointer, publishedAt);
    if (standing === 'current' || neverCurrent) return flip(pointer);
    return label === undefined
      ? { kind: 'unchanged', pointer }
      : labelTransition(label, version, record)(pointer);
  };
}

function wasCurrent(pointer: Pointer, version: string): boolean {
  return (
    pointer.previous === version ||
    pointer.history.some((entry) => isFlip(entry) && (entry.from === version || entry.to === version))
  );
}

/**
 * True if the history would contain a flip of a version published at that time. The history keeps only the newest
 * changes.
 */
function historyReachesBackTo(pointer: Pointer, publishedAt: string): boolean {
  if (pointer.generation <= pointer.history.length) return true;
  const oldest = pointer.history.at(-1);
  return oldest === undefined || Date.parse(publishedAt) > Date.parse(oldest.at);
}
