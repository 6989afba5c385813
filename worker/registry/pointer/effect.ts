import * as v from 'valibot';
import { leaseInForce, momentOf, WRITE_ALLOWANCE_MS } from './moment.ts';
import type { HistoryEntry, Pointer } from './pointer.ts';

/** When a change takes effect. */
export interface Effect {
  /** By storage's clock. Undefined if each isolate adopts the change when it reads the pointer. */
  readonly moment: Date | undefined;
  /** The milliseconds after this answer until every isolate has adopted the change. */
  readonly settlesInMs: number;
  /** The milliseconds during which isolates may answer by different states, since the write took too long. */
  readonly mixedMs: number;
}

/** An effect as a JSON document. `moment` is null if there is no agreed moment. */
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
 * Returns when a change in a pointer's history takes effect.
 *
 * @param uploaded the time of the pointer's write by storage's clock
 * @param tookMs the longest possible duration of the write, in milliseconds
 */
export function effectOf(
  pointer: Pointer,
  change: HistoryEntry,
  uploaded: Date | undefined,
  tookMs: number,
): Effect {
  const { ms, clockSkewMs } = leaseInForce(pointer);
  const { delayMs } = change;
  // A clock may drift from one end of the permitted skew to the other while a lease runs.
  const leaseEndsInMs = ms === 0 ? 0 : ms + 2 * clockSkewMs;
  if (delayMs === undefined || uploaded === undefined) {
    return { moment: undefined, settlesInMs: leaseEndsInMs, mixedMs: ms };
  }
  if (change.generation !== pointer.generation) {
    const moment = change.effectiveAt === undefined ? undefined : new Date(change.effectiveAt);
    // A later change waited for this one, unless it was made in an emergency.
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
    // The write happened before its answer arrived, so that the moment is at most the delay after the answer.
    settlesInMs: delayMs + clockSkewMs,
    mixedMs: Math.max(0, Math.round(tookMs - WRITE_ALLOWANCE_MS)),
  };
}
