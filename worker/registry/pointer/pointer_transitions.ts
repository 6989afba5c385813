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

/** Makes a published version current, and moves a label to it when one is given. */
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

/** Flips back to `previous`, or to any version named; the one left behind becomes `previous`. */
export function rollbackTransition(target: string | undefined, record: ChangeRecord): PointerTransition {
  return (pointer) => {
    if (pointer === undefined) return refused(NOTHING_PUBLISHED);
    const version = target ?? pointer.previous;
    if (version === null) return refused(`there is no version before ${pointer.current} to go back to`);
    if (pointer.retired.includes(version)) return retired(version);
    if (version === pointer.current) return { kind: 'unchanged', pointer };
    return flip(pointer, 'rollback', version, record);
  };
}

/**
 * Flips forward: to the version given, else to the one that is staged, else to the canary. Where nothing waits
 * and the last flip was a promotion, that one is taken as done: to promote twice is to promote once.
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

/** The version that a promotion means which names none, or what comes of it instead. */
export function promotable(pointer: Pointer): string | TransitionResult {
  const { current, next, canary, history } = pointer;
  if (next !== undefined && canary !== undefined && next.version !== canary.version) {
    return refused(
      `${next.version} is staged and ${canary.version} is the canary: say which of them is to be promoted`,
    );
  }
  const waiting = next ?? canary;
  if (waiting !== undefined) return waiting.version;
  if (history.find(isFlip)?.action === 'promote') return { kind: 'unchanged', pointer };
  return refused(`no version is staged beside ${current} and there is no canary`);
}

/** Points a label at a published version without touching `current`. */
export function labelTransition(label: string, version: string, record: ChangeRecord): PointerTransition {
  return (pointer) => {
    if (pointer === undefined) {
      return refused('no version is current yet, so a label has nothing to stand beside');
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

/** Takes a label away; the version that it was on stays as it is. */
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

/** Changes the lease. Like every change it takes effect at a moment that waits for the lease before. */
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
 * Retires versions that `choose` names among those not in use, as many as one entry of the history should tell. From this write on nothing can point to
 * them, so their files can be deleted without racing a rollback.
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
