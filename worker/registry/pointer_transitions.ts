import {
  HISTORY_LENGTH,
  type HistoryEntry,
  type Pointer,
  type PointerAction,
  versionsInUse,
} from './pointer.ts';

/** Who changes the pointer, when and why. */
export interface ChangeRecord {
  readonly id: string;
  readonly at: string;
  readonly by: string;
  readonly reason?: string;
}

export type TransitionResult =
  | { readonly kind: 'changed'; readonly pointer: Pointer }
  | { readonly kind: 'unchanged'; readonly pointer: Pointer }
  | { readonly kind: 'refused'; readonly reason: string };

/** A pure step from one state of the pointer to the next; run again when another writer came first. */
export type PointerTransition = (pointer: Pointer | undefined) => TransitionResult;

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
    const labelled = label === undefined || pointer.labels[label] === version;
    if (pointer.current === version && labelled) return { kind: 'unchanged', pointer };
    return {
      kind: 'changed',
      pointer: advance(
        moveCurrent(label === undefined ? pointer : withLabel(pointer, label, version), version),
        entry(pointer, 'publish', pointer.current, version, record, label),
      ),
    };
  };
}

/** Flips back to `previous`, or to any version named; the one left behind becomes `previous`. */
export function rollbackTransition(target: string | undefined, record: ChangeRecord): PointerTransition {
  return (pointer) => {
    if (pointer === undefined) return { kind: 'refused', reason: 'nothing has been published yet' };
    const version = target ?? pointer.previous;
    if (version === null) {
      return { kind: 'refused', reason: `there is no version before ${pointer.current} to go back to` };
    }
    if (pointer.retired.includes(version)) return retired(version);
    if (version === pointer.current) return { kind: 'unchanged', pointer };
    return {
      kind: 'changed',
      pointer: advance(
        moveCurrent(pointer, version),
        entry(pointer, 'rollback', pointer.current, version, record),
      ),
    };
  };
}

/** Points a label at a published version without touching `current`. */
export function labelTransition(label: string, version: string, record: ChangeRecord): PointerTransition {
  return (pointer) => {
    if (pointer === undefined) {
      return { kind: 'refused', reason: 'no version is current yet, so a label has nothing to stand beside' };
    }
    if (pointer.retired.includes(version)) return retired(version);
    if (pointer.labels[label] === version) return { kind: 'unchanged', pointer };
    return {
      kind: 'changed',
      pointer: advance(
        withLabel(pointer, label, version),
        entry(pointer, 'label', pointer.labels[label] ?? null, version, record, label),
      ),
    };
  };
}

/**
 * Retires the versions that `choose` names among those not in use. From this write on nothing can point to
 * them, so their files can be deleted without racing a rollback.
 */
export function pruneTransition(
  choose: (inUse: ReadonlySet<string>) => readonly string[],
  record: ChangeRecord,
): PointerTransition {
  return (pointer) => {
    if (pointer === undefined) return { kind: 'refused', reason: 'nothing has been published yet' };
    const inUse = versionsInUse(pointer);
    const versions = choose(inUse).filter(
      (version) => !inUse.has(version) && !pointer.retired.includes(version),
    );
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

function moveCurrent(pointer: Pointer, version: string): Pointer {
  if (pointer.current === version) return pointer;
  return { ...pointer, current: version, previous: pointer.current };
}

function withLabel(pointer: Pointer, label: string, version: string): Pointer {
  return { ...pointer, labels: { ...pointer.labels, [label]: version } };
}

function advance(pointer: Pointer, change: HistoryEntry): Pointer {
  return {
    ...pointer,
    generation: change.generation,
    history: [change, ...pointer.history].slice(0, HISTORY_LENGTH),
  };
}

function entry(
  before: Pointer | undefined,
  action: PointerAction,
  from: string | null,
  to: string,
  record: ChangeRecord,
  label?: string,
): HistoryEntry {
  return {
    generation: (before?.generation ?? 0) + 1,
    ...record,
    action,
    from,
    to,
    ...(label === undefined ? {} : { label }),
  };
}

function retired(version: string): TransitionResult {
  return {
    kind: 'refused',
    reason: `version ${version} was pruned, and a pruned version does not come back`,
  };
}
