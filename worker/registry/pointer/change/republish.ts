import { isFlip, type Pointer } from '../pointer.ts';
import {
  type ChangeRecord,
  labelTransition,
  type PointerTransition,
  publishTransition,
} from '../pointer_transitions.ts';

/** Where a published version stands to the current one. */
export type VersionStanding =
  | 'current'
  /** It was current once; something else is by somebody's decision. */
  | 'was current'
  /** Never current as far as the history reaches back. */
  | 'not in history';

export function versionStanding(pointer: Pointer, version: string): VersionStanding {
  if (pointer.current === version) return 'current';
  return wasCurrent(pointer, version) ? 'was current' : 'not in history';
}

/**
 * The flip for a version that was published before. It completes a publish that never came to its flip,
 * whether the version is higher or lower than the current one. It does not undo a rollback: a pipeline that
 * runs the same publish again means the version to be there. It does not mean to reverse somebody's decision.
 *
 * @param publishedAt of the version's manifest, ISO 8601
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

/** Whether a version of that age could not have been current without the history telling: it forgets the oldest. */
function historyReachesBackTo(pointer: Pointer, publishedAt: string): boolean {
  if (pointer.generation <= pointer.history.length) return true;
  const oldest = pointer.history.at(-1);
  return oldest === undefined || Date.parse(publishedAt) > Date.parse(oldest.at);
}
