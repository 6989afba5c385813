import {
  type Ended,
  HISTORY_LENGTH,
  type HistoryEntry,
  LABELS_LIMIT,
  type Pointer,
  type PointerAction,
} from './pointer.ts';

/** The most characters of a reason and of an author's name. Every isolate reads the history with the pointer. */
export const REASON_LENGTH = 1000;
export const BY_LENGTH = 200;

/** The author, the time and the reason of a change. */
export interface ChangeRecord {
  readonly id: string;
  readonly at: string;
  readonly by: string;
  readonly reason?: string;
}

export type TransitionResult =
  | { readonly kind: 'changed'; readonly pointer: Pointer }
  | { readonly kind: 'unchanged'; readonly pointer: Pointer }
  | Refusal;

export interface Refusal {
  readonly kind: 'refused';
  readonly reason: string;
  /** The version that became current before the change. Set only by changes that check for it. */
  readonly overtakenBy?: string;
}

/** A pure function from one state of the pointer to the next. It runs again if another writer came first. */
export type PointerTransition = (pointer: Pointer | undefined) => TransitionResult;

/** Returns the pointer after a change, with the change as the newest entry of the history. */
export function advance(pointer: Pointer, change: HistoryEntry): Pointer {
  return {
    ...pointer,
    generation: change.generation,
    history: [change, ...pointer.history].slice(0, HISTORY_LENGTH),
  };
}

export function entry(
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

/**
 * Makes a version current and records that in the history. The canary and the shadow end, since they were compared with
 * the version before. A staged version stays staged unless it becomes current.
 */
export function flip(
  pointer: Pointer,
  action: 'publish' | 'rollback' | 'promote',
  version: string,
  record: ChangeRecord,
  label?: string,
): TransitionResult {
  const fault = label === undefined ? undefined : labelFault(pointer, label);
  if (fault !== undefined) return fault;
  const labeled =
    label === undefined ? pointer : { ...pointer, labels: { ...pointer.labels, [label]: version } };
  const change = entry(pointer, action, pointer.current, version, record, label);
  if (version === pointer.current) return { kind: 'changed', pointer: advance(labeled, change) };
  const { next, canary, shadow, ...rest } = labeled;
  const staged = next !== undefined && next.version !== version ? next : undefined;
  const ended: Ended = {
    ...(next !== undefined && staged === undefined && { next: next.version }),
    ...(canary !== undefined && { canary: canary.version }),
    ...(shadow !== undefined && { shadow: shadow.version }),
  };
  return {
    kind: 'changed',
    pointer: advance(
      { ...rest, ...(staged && { next: staged }), current: version, previous: pointer.current },
      Object.keys(ended).length === 0 ? change : { ...change, ended },
    ),
  };
}

/**
 * Returns the refusal of a label beyond the limit, or undefined. The number is limited since every isolate reads all
 * labels with the pointer.
 */
export function labelFault({ labels }: Pointer, label: string): Refusal | undefined {
  return Object.hasOwn(labels, label) || Object.keys(labels).length < LABELS_LIMIT
    ? undefined
    : refused(`there are ${LABELS_LIMIT} labels, which is the limit; remove one first`);
}

export function retired(version: string): Refusal {
  return {
    kind: 'refused',
    reason: `version ${version} was pruned, and a pruned version cannot be used again`,
  };
}

export function refused(reason: string): Refusal {
  return { kind: 'refused', reason };
}

export const NOTHING_PUBLISHED = 'nothing has been published yet';
