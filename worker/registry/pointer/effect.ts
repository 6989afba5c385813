import * as v from 'valibot';
import { leaseInForce, momentOf, WRITE_ALLOWANCE_MS } from './moment.ts';
import type { HistoryEntry, Pointer } from './pointer.ts';

/** When a change takes effect. */
export interface Effect {
  /** By the clock of storage; undefined where isolates make the change as they read it. */
  readonly moment: Date | undefined;
  /** How long after this answer no isolate is left that has not made the change. Milliseconds. */
  readonly settlesInMs: number;
  /** For so long isolates may have made the change at different times, since its write took too long. Milliseconds. */
  readonly mixedMs: number;
}

/** An effect as a JSON document; `moment` is null where there is none. */
export const EffectSchema = v.object({
  moment: v.nullable(v.pipe(v.string(), v.isoTimestamp())),
  settlesInMs: v.number(),
  mixedMs: v.number(),
});

export function effectDocument({ moment, ...times }: Effect): v.InferOutput<typeof EffectSchema> {
  return { moment: moment?.toISOString() ?? null, ...times };
}

export function effectOfDocument({ moment, ...times }: v.InferOutput<typeof EffectSchema>): Effect {
  return { moment: moment === null ? undefined : new Date(moment), ...times };
}

/**
 * When a change takes effect that stands in a pointer.
 *
 * @param uploaded when the pointer was written, by the clock of storage
 * @param tookMs how long the write took, at most
 */
export function effectOf(
  pointer: Pointer,
  change: HistoryEntry,
  uploaded: Date | undefined,
  tookMs: number,
): Effect {
  const { ms, clockSkewMs } = leaseInForce(pointer);
  const { delayMs } = change;
  // A clock can go from one end of the allowance to the other while a lease runs.
  const leaseEndsInMs = ms === 0 ? 0 : ms + 2 * clockSkewMs;
  if (delayMs === undefined || uploaded === undefined) {
    return { moment: undefined, settlesInMs: leaseEndsInMs, mixedMs: ms };
  }
  if (change.generation !== pointer.generation) {
    const moment = change.effectiveAt === undefined ? undefined : new Date(change.effectiveAt);
    // A later change has waited for this one, unless it was made in an emergency.
    const wasOvertaken = pointer.history.some(
      (later) => later.generation > change.generation && later.delayMs === undefined,
    );
    return wasOvertaken
      ? { moment: undefined, settlesInMs: leaseEndsInMs, mixedMs: ms }
      : { moment, settlesInMs: 0, mixedMs: 0 };
  }
  if (delayMs === 0) return { moment: uploaded, settlesInMs: 0, mixedMs: 0 };
  return {
    moment: new Date(momentOf(pointer, uploaded)),
    // The write happened before its answer came, so the moment is no later than the delay after that.
    settlesInMs: delayMs + clockSkewMs,
    mixedMs: Math.max(0, Math.round(tookMs - WRITE_ALLOWANCE_MS)),
  };
}
