import type { Pointer, Trial } from './pointer.ts';
import {
  advance,
  type ChangeRecord,
  entry,
  NOTHING_PUBLISHED,
  type PointerTransition,
  refused,
  retired,
} from './transition.ts';

/**
 * Stages a published version: isolates load it while they serve the current one. It replaces the version staged before.
 */
export function stageTransition(version: string, record: ChangeRecord): PointerTransition {
  return (pointer) => {
    if (pointer === undefined) {
      return refused('no version is current yet, so nothing could serve while this one is staged');
    }
    if (pointer.retired.includes(version)) return retired(version);
    if (version === pointer.current || version === pointer.next?.version) {
      return { kind: 'unchanged', pointer };
    }
    return {
      kind: 'changed',
      pointer: advance(
        { ...pointer, next: { version, stagedAt: record.at } },
        entry(pointer, 'stage', pointer.next?.version ?? null, version, record),
      ),
    };
  };
}

/** Ends the staging. Given a version, refuses if another one is staged. */
export function unstageTransition(version: string | undefined, record: ChangeRecord): PointerTransition {
  return (pointer) => {
    if (pointer === undefined) return refused(NOTHING_PUBLISHED);
    const { next, ...rest } = pointer;
    if (next === undefined) return { kind: 'unchanged', pointer };
    if (version !== undefined && version !== next.version) {
      return refused(`${next.version} is staged, not ${version}`);
    }
    return {
      kind: 'changed',
      pointer: advance(rest, entry(pointer, 'unstage', next.version, next.version, record)),
    };
  };
}

/** The request for a trial: a version and its share of requests in percent, 0 to end it. */
export interface TrialRequest {
  /** May be missing only to end the trial in progress. */
  readonly version?: string | undefined;
  readonly percent: number;
}

/** Begins, changes or ends a canary, which answers a share of the requests that name no version. */
export function canaryTransition(request: TrialRequest, record: ChangeRecord): PointerTransition {
  return trialTransition('canary', request, record);
}

/** Begins, changes or ends a shadow, which repeats a share of the requests. Its answers are only compared. */
export function shadowTransition(request: TrialRequest, record: ChangeRecord): PointerTransition {
  return trialTransition('shadow', request, record);
}

type Role = 'canary' | 'shadow';

function trialTransition(role: Role, request: TrialRequest, record: ChangeRecord): PointerTransition {
  const { version, percent } = request;
  return (pointer) => {
    if (pointer === undefined) return refused(NOTHING_PUBLISHED);
    if (!(percent >= 0 && percent <= 100)) return refused('a share is a number from 0 to 100');
    const trial = pointer[role];
    if (trial !== undefined && version !== undefined && trial.version !== version) {
      return refused(
        `${trial.version} is the ${role} at ${trial.percent} %, not ${version}; only one is permitted at a time: end it with 0 % first`,
      );
    }
    if (percent === 0) return endTrial(pointer, role, trial, record);
    if (version === undefined) return refused(`name the version of the ${role}`);
    if (pointer.retired.includes(version)) return retired(version);
    if (version === pointer.current) {
      return refused(`${version} is already current; a ${role} must be another version`);
    }
    if (trial?.percent === percent) return { kind: 'unchanged', pointer };
    const change = entry(pointer, role, trial?.version ?? null, version, record);
    return {
      kind: 'changed',
      pointer: advance(
        { ...pointer, [role]: { version, percent, generation: change.generation } },
        { ...change, percent },
      ),
    };
  };
}

function endTrial(
  pointer: Pointer,
  role: Role,
  trial: Trial | undefined,
  record: ChangeRecord,
): ReturnType<PointerTransition> {
  if (trial === undefined) return { kind: 'unchanged', pointer };
  const { [role]: _ended, ...rest } = pointer;
  return {
    kind: 'changed',
    pointer: advance(rest, { ...entry(pointer, role, trial.version, trial.version, record), percent: 0 }),
  };
}
