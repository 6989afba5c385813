import type { HistoryEntry, Lease, Pointer } from './pointer.ts';

/** The lease for a pointer that has none yet. */
export const DEFAULT_LEASE: Lease = { ms: 1000, clockSkewMs: 100 };

/** The time that is allowed for a write. If it takes longer, an isolate may learn of the change too late. Milliseconds. */
export const WRITE_ALLOWANCE_MS = 400;

/** An earlier tool, which did not know leases, wrote a pointer without one. Every request then reads the pointer. */
const NO_LEASE: Lease = { ms: 0, clockSkewMs: 0 };

/** Returns the lease of a pointer's state. */
export function leaseOf(state: { readonly lease?: Lease | undefined } | undefined): Lease {
  return state?.lease ?? NO_LEASE;
}

/** The states of a pointer before and after its last change. */
export interface PointerStates {
  /** Undefined if the change took effect with its write. */
  readonly before: Pointer | undefined;
  readonly after: Pointer;
  /** The time at which `after` replaces `before`: milliseconds since 1970 by storage's clock. */
  readonly moment: number;
  /** The milliseconds after a read for which an isolate may use either state. */
  readonly leaseMs: number;
}

/**
 * Returns the states of a pointer before and after its last change.
 *
 * @param uploaded the time of its write by storage's clock. Undefined for a copy in the replica, whose last change
 *   counts as in effect
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
      // Isolates load the coming version like a staged one.
      ...(coming === undefined ? {} : { next: coming }),
    },
    after,
    moment: uploaded.getTime() + pending.delayMs,
    // With the longer lease, an isolate could use this state beyond the moment of a later change that relies on the
    // shorter one.
    leaseMs: Math.min(leaseMs, leaseOf(before).ms),
  };
}

function staged({ current }: Pointer, uploaded: Date): Pointer['next'] {
  return { version: current, stagedAt: uploaded.toISOString() };
}

/**
 * Returns the pending change if it belongs to this generation. Earlier tools, which do not know moments, keep the entry
 * of an older change.
 */
function pendingOf({ pending, generation }: Pointer): Pointer['pending'] {
  return pending?.generation === generation ? pending : undefined;
}

/** Returns the time at which a pointer's last change takes effect, in milliseconds by storage's clock. */
export function momentOf(pointer: Pointer, uploaded: Date): number {
  return uploaded.getTime() + (pendingOf(pointer)?.delayMs ?? 0);
}

/** Returns the longest lease of an isolate that has read this pointer or the one before it. */
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
 * Returns the milliseconds from a change's write until it takes effect: by then every isolate that may answer has read
 * it. 0 if every request reads the pointer.
 */
function delayOf({ ms, clockSkewMs }: Lease): number {
  return ms === 0 ? 0 : ms + clockSkewMs + WRITE_ALLOWANCE_MS;
}

/** A pointer with the time of its write by storage's clock. */
export interface WrittenPointer {
  readonly pointer: Pointer;
  readonly uploaded: Date | undefined;
}

/**
 * Delays a change to the moment at which every isolate adopts it.
 *
 * @param before the replaced pointer
 * @param after the result of the transition
 */
export function withMoment(before: WrittenPointer | undefined, after: Pointer, lease: Lease): Pointer {
  const { pending: _pending, ...changed } = after;
  const leased = { ...changed, lease: changed.lease ?? lease };
  // The change of `before` has taken effect, so that its lease is in force.
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

/**
 * Records the delay of the newest entry, and in the entry before it the time at which that took effect, which is known
 * now.
 */
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
