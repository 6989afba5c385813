import { DEFAULT_LEASE } from './moment.ts';
import {
  isFlip,
  labeledVersion,
  type Pointer,
  RETIRED_AT_ONCE,
  RETIRED_LIMIT,
  versionsInUse,
} from './pointer.ts';
import {
  advance,
  type ChangeRecord,
  entry,
  flip,
  labelFault,
  NOTHING_PUBLISHED,
  type PointerTransition,
  refused,
  retired,
  type TransitionResult,
} from './transition.ts';

export type { ChangeRecord, PointerTransition, TransitionResult } from './transition.ts';

/** Makes a published version current, and moves the label to it if one is given. */
export function publishTransition(version: string, record: ChangeRecord, label?: string): PointerTransition {
  return (pointer) => {
    if (pointer === undefined) {
      return {
        kind: 'changed',
        pointer: {
          schema: 1,
          generation: 1,
          current: version,
          previous: null,
          labels: label === undefined ? {} : { [label]: version },
          retired: [],
          history: [entry(undefined, 'publish', null, version, record, label)],
        },
      };
    }
    if (pointer.retired.includes(version)) return retired(version);
    const labeled = label === undefined || labeledVersion(pointer, label) === version;
    if (pointer.current === version && labeled) return { kind: 'unchanged', pointer };
    return flip(pointer, 'publish', version, record, label);
  };
}

/**
 * Flips back to the given version, or else to the one before. Without a version, nothing changes if the last flip was a
 * rollback: two operators who roll back at once, or one who does it twice, do not return to what they fled from.
 */
export function rollbackTransition(target: string | undefined, record: ChangeRecord): PointerTransition {
  return (pointer) => {
    if (pointer === undefined) return refused(NOTHING_PUBLISHED);
    const version = target ?? rollbackTarget(pointer);
    if (typeof version === 'object') return version;
    if (pointer.retired.includes(version)) return retired(version);
    if (version === pointer.current) return { kind: 'unchanged', pointer };
    return flip(pointer, 'rollback', version, record);
  };
}

/** Returns the version to roll back to if none is given, or the result if there is no such version. */
export function rollbackTarget(pointer: Pointer): string | TransitionResult {
  const { current, previous, history } = pointer;
  if (history.find(isFlip)?.action === 'rollback') return { kind: 'unchanged', pointer };
  return previous ?? refused(`there is no version before ${current}: name the version to roll back to`);
}

/**
 * Flips forward to the given version, or else to the staged one, or else to the canary. Without any of them, nothing
 * changes if the last flip was a promotion: promoting twice equals promoting once.
 */
export function promoteTransition(target: string | undefined, record: ChangeRecord): PointerTransition {
  return (pointer) => {
    if (pointer === undefined) return refused(NOTHING_PUBLISHED);
    const choice = target ?? promotable(pointer);
    if (typeof choice === 'object') return choice;
    if (pointer.retired.includes(choice)) return retired(choice);
    if (choice === pointer.current) return { kind: 'unchanged', pointer };
    return flip(pointer, 'promote', choice, record);
  };
}

/** Returns the version to promote if none is given, or the result if there is no such version. */
export function promotable(pointer: Pointer): string | TransitionResult {
  const { current, next, canary, history } = pointer;
  if (next !== undefined && canary !== undefined && next.version !== canary.version) {
    return refused(
      `${next.version} is staged and ${canary.version} is the canary: name the version to promote`,
    );
  }
  const waiting = next ?? canary;
  if (waiting !== undefined) return waiting.version;
  if (history.find(isFlip)?.action === 'promote') return { kind: 'unchanged', pointer };
  return refused(
    `no version is staged beside ${current} and there is no canary: name the version to promote`,
  );
}

/** Points a label at a published version. `current` stays. */
export function labelTransition(label: string, version: string, record: ChangeRecord): PointerTransition {
  return (pointer) => {
    if (pointer === undefined) {
      return refused('no version is current yet, and a label needs one');
    }
    if (pointer.retired.includes(version)) return retired(version);
    const before = labeledVersion(pointer, label);
    if (before === version) return { kind: 'unchanged', pointer };
    const fault = labelFault(pointer, label);
    if (fault !== undefined) return fault;
    return {
      kind: 'changed',
      pointer: advance(
        { ...pointer, labels: { ...pointer.labels, [label]: version } },
        entry(pointer, 'label', before ?? null, version, record, label),
      ),
    };
  };
}

/** Removes a label. Its version stays published. */
export function unlabelTransition(label: string, record: ChangeRecord): PointerTransition {
  return (pointer) => {
    if (pointer === undefined) return refused(NOTHING_PUBLISHED);
    const version = labeledVersion(pointer, label);
    if (version === undefined) return { kind: 'unchanged', pointer };
    const { [label]: _removed, ...labels } = pointer.labels;
    return {
      kind: 'changed',
      pointer: advance({ ...pointer, labels }, entry(pointer, 'unlabel', version, version, record, label)),
    };
  };
}

/** Changes the lease. Like every change, it takes effect after the earlier lease. */
export function leaseTransition(
  ms: number,
  clockSkewMs: number | undefined,
  record: ChangeRecord,
): PointerTransition {
  return (pointer) => {
    if (pointer === undefined) return refused(NOTHING_PUBLISHED);
    const before = pointer.lease ?? DEFAULT_LEASE;
    const lease = { ms, clockSkewMs: clockSkewMs ?? before.clockSkewMs };
    if (pointer.lease?.ms === ms && pointer.lease.clockSkewMs === lease.clockSkewMs) {
      return { kind: 'unchanged', pointer };
    }
    const { current } = pointer;
    const change = { ...entry(pointer, 'lease', current, current, record), lease };
    return { kind: 'changed', pointer: advance({ ...pointer, lease }, change) };
  };
}

/**
 * Retires the versions that `choose` returns and that are not in use, at most RETIRED_AT_ONCE. After this write nothing
 * can point to them, so that a concurrent rollback cannot need the deleted files.
 */
export function pruneTransition(
  choose: (inUse: ReadonlySet<string>) => readonly string[],
  record: ChangeRecord,
): PointerTransition {
  return (pointer) => {
    if (pointer === undefined) return refused(NOTHING_PUBLISHED);
    const inUse = versionsInUse(pointer);
    const versions = choose(inUse)
      .filter((version) => !inUse.has(version) && !pointer.retired.includes(version))
      .slice(0, RETIRED_AT_ONCE);
    if (pointer.retired.length + versions.length > RETIRED_LIMIT) {
      return refused(`${RETIRED_LIMIT} versions were pruned, which is the limit of one model`);
    }
    if (versions.length === 0) return { kind: 'unchanged', pointer };
    return {
      kind: 'changed',
      pointer: advance(
        { ...pointer, retired: [...pointer.retired, ...versions] },
        { ...entry(pointer, 'prune', pointer.current, pointer.current, record), versions },
      ),
    };
  };
}
