import type { RequestScope } from '../api.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { CanaryAbort } from './canary_watch.ts';
import type { RolloutEvents } from './rollout.ts';
import type { ShadowOutcome } from './shadow_runner.ts';

/** Receives every canary that an isolate aborts, to collect them over all isolates. */
export type RecordCanaryAbort = (model: string, abort: CanaryAbort) => void;

/** Receives every outcome of a shadow, to collect them over all isolates. */
export type RecordShadow = (
  model: string,
  version: string,
  outcome: ShadowOutcome,
  scope: Pick<RequestScope, 'waitUntil'>,
) => void;

/** The results of a shadow so far, in one isolate. */
interface ShadowSummary {
  outcomes: Record<ShadowOutcome['kind'], number>;
  rows: number;
  mismatchedRows: number;
  largestAbsolute: number;
  largestRelative: number;
  lastReason: string | undefined;
}

/** Reports events of canaries and shadows to metrics and log. */
export function reportRollout(
  metrics: Metrics,
  log: (entry: Record<string, unknown>) => void,
  recordAbort: RecordCanaryAbort | undefined,
  recordShadow: RecordShadow | undefined,
): RolloutEvents {
  const summaries = new Map<string, ShadowSummary>();
  return {
    canary: (model, version, outcome) => metrics.count('canary_requests_total', { model, version, outcome }),
    canaryAborted: (model, abort) => {
      metrics.count('canary_aborts_total', { model, version: abort.version });
      log({ event: 'canary aborted', model, ...abort });
      recordAbort?.(model, abort);
    },
    shadowed: (model, version, outcome, scope) => {
      recordShadow?.(model, version, outcome, scope);
      const labels = { model, version };
      metrics.count('shadow_requests_total', { ...labels, outcome: outcome.kind });
      if (outcome.kind === 'compared') {
        metrics.count('shadow_rows_total', labels, outcome.rows);
        metrics.count('shadow_mismatched_rows_total', labels, outcome.mismatchedRows);
        metrics.peak('shadow_largest_absolute_difference', labels, outcome.largestAbsolute);
        metrics.peak('shadow_largest_relative_difference', labels, outcome.largestRelative);
      }
      const key = `${model}/${version}`;
      const summary = summaries.get(key) ?? emptySummary();
      summaries.set(key, summary);
      if (add(summary, outcome)) log({ event: 'shadow', model, version, ...summary });
    },
    shadowStopped: (model, version, reason) => {
      metrics.count('shadow_stops_total', { model, version });
      log({ event: 'shadow stopped', model, version, reason });
    },
  };
}

function emptySummary(): ShadowSummary {
  return {
    outcomes: { compared: 0, incomparable: 0, failed: 0, dropped: 0 },
    rows: 0,
    mismatchedRows: 0,
    largestAbsolute: 0,
    largestRelative: 0,
    lastReason: undefined,
  };
}

/** Adds an outcome. Returns true if it must be logged: the first, second, fourth, eighth of its kind, and so on. */
function add(summary: ShadowSummary, outcome: ShadowOutcome): boolean {
  const count = ++summary.outcomes[outcome.kind];
  if (outcome.kind === 'compared') {
    summary.rows += outcome.rows;
    summary.mismatchedRows += outcome.mismatchedRows;
    summary.largestAbsolute = Math.max(summary.largestAbsolute, outcome.largestAbsolute);
    summary.largestRelative = Math.max(summary.largestRelative, outcome.largestRelative);
  } else {
    summary.lastReason = outcome.reason;
  }
  return Number.isInteger(Math.log2(count));
}
