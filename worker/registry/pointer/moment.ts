import type { HistoryEntry, Lease, Pointer } from './pointer.ts';

/** What a pointer gets that has no lease yet. */
export const DEFAULT_LEASE: Lease = { ms: 1000, clockSkewMs: 100 };

/** A write may take so long before isolates could miss it. Milliseconds. */
export const WRITE_ALLOWANCE_MS = 400;

/** A pointer without a lease was written by a tool that knows of none: whoever serves by it asks every time. */
const NO_LEASE: Lease = { ms: 0, clockSkewMs: 0 };

/** The lease that a state of a pointer gives. */
export function leaseOf(state: { readonly lease?: Lease | undefined } | undefined): Lease {
  return state?.lease ?? NO_LEASE;
}

/** A pointer in storage, as the state before and the state after its last change. */
export interface PointerStates {
  /** Undefined where the change took effect with its write. */
  readonly before: Pointer | undefined;
  readonly after: Pointer;
  /** When `after` takes the place of `before`: milliseconds since 1970 by the clock of storage. */
  readonly moment: number;
  /** How long either may be answered by after it was read. Milliseconds. */
  readonly leaseMs: number;
}

/**
 * The states of a pointer that was read.
 *
 * @param uploaded when it was written, by the clock of storage; undefined for a copy that does not tell: its change
 * has taken effect
 */
export function statesOf(pointer: Pointer, uploaded: Date | undefined): PointerStates {
  const pending = pendingOf(pointer);
  const { pending: _pending, ...after } = pointer;
  const leaseMs = leaseOf(pointer).ms;
  if (pending === undefined || uploaded === undefined) {
    return { before: undefined, after, moment: 0, leaseMs };
  }
  const { next: _next, canary: _canary, shadow: _shadow, lease: _lease, ...rest } = after;
  const { before } = pending;
  const coming = before.current === after.current ? before.next : staged(after, uploaded);
  return {
    before: {
      ...rest,
      ...before,
      // What is to become current is loaded like a staged version.
      ...(coming === undefined ? {} : { next: coming }),
    },
    after,
    moment: uploaded.getTime() + pending.delayMs,
    // An isolate that took the longer one could outlast a later change that counts on the shorter one.
    leaseMs: Math.min(leaseMs, leaseOf(before).ms),
  };
}

function staged({ current }: Pointer, uploaded: Date): Pointer['next'] {
  return { version: current, stagedAt: uploaded.toISOString() };
}

/** What is pending by its own word. A tool that knows of no moments carries on what an earlier change left. */
function pendingOf({ pending, generation }: Pointer): Pointer['pending'] {
  return pending?.generation === generation ? pending : undefined;
}

/** When the last change of a pointer takes effect, in milliseconds by the clock of storage. */
export function momentOf(pointer: Pointer, uploaded: Date): number {
  return uploaded.getTime() + (pendingOf(pointer)?.delayMs ?? 0);
}

/** What an isolate may count on that has read a pointer, or the one before it. */
export function leaseInForce(pointer: Pointer | undefined): Lease {
  const lease = leaseOf(pointer);
  const before = pointer === undefined ? undefined : pendingOf(pointer)?.before;
  const earlier = before === undefined ? lease : leaseOf(before);
  return {
    ms: Math.max(lease.ms, earlier.ms),
    clockSkewMs: Math.max(lease.clockSkewMs, earlier.clockSkewMs),
  };
}

/**
 * How long after its write a change takes effect: by then every isolate that may answer has read it. 0 where nobody
 * answers without asking.
 */
function delayOf({ ms, clockSkewMs }: Lease): number {
  return ms === 0 ? 0 : ms + clockSkewMs + WRITE_ALLOWANCE_MS;
}

/** A pointer with the time of its write, by the clock of storage. */
export interface WrittenPointer {
  readonly pointer: Pointer;
  readonly uploaded: Date | undefined;
}

/**
 * Puts off a change to the moment at which every isolate makes it.
 *
 * @param before the pointer that is replaced
 * @param after what a transition made of it
 */
export function withMoment(before: WrittenPointer | undefined, after: Pointer, lease: Lease): Pointer {
  const { pending: _pending, ...changed } = after;
  const leased = { ...changed, lease: changed.lease ?? lease };
  // Its own change was waited for, so that its lease is the one in force.
  const delayMs = before === undefined ? 0 : delayOf(leaseOf(before.pointer));
  const history = withMoments(leased.history, before, delayMs);
  if (before === undefined || delayMs === 0) return { ...leased, history };
  const { generation, current, previous, labels, next, canary, shadow } = before.pointer;
  return {
    ...leased,
    history,
    pending: {
      generation: leased.generation,
      delayMs,
      before: {
        generation,
        current,
        previous,
        labels,
        ...(next && { next }),
        ...(canary && { canary }),
        ...(shadow && { shadow }),
        ...(before.pointer.lease && { lease: before.pointer.lease }),
      },
    },
  };
}

function effective(entry: HistoryEntry, { pointer, uploaded }: WrittenPointer): HistoryEntry {
  if (uploaded === undefined || entry.delayMs === undefined) return entry;
  return { ...entry, effectiveAt: new Date(momentOf(pointer, uploaded)).toISOString() };
}

/** The newest entry says how long it is put off; the one before, whose write has a time now, when it took effect. */
function withMoments(
  [newest, ...older]: Pointer['history'],
  before: WrittenPointer | undefined,
  delayMs: number,
): Pointer['history'] {
  if (newest === undefined) return [];
  const [last, ...rest] = older;
  const dated: HistoryEntry[] =
    last === undefined ? [] : [before === undefined ? last : effective(last, before)];
  return [{ ...newest, delayMs }, ...dated, ...rest];
}
