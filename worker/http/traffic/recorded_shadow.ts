import type { RecordShadow } from '../../serving/rollout/rollout_report.ts';
import type { TrafficRecorder } from '../../traffic/traffic_recorder.ts';

const NOTHING_COMPARED = { rows: 0, mismatchedRows: 0, largestAbsolute: 0, largestRelative: 0 };

/** Returns a function that records the outcomes of shadows as data points. */
export function recordShadowsIn(traffic: TrafficRecorder): RecordShadow {
  return (model, version, outcome, scope) => {
    const { kind } = outcome;
    const difference = kind === 'compared' ? outcome : NOTHING_COMPARED;
    const { rows, mismatchedRows, largestAbsolute, largestRelative } = difference;
    traffic.recordShadow(
      { model, version, outcome: kind, rows, mismatchedRows, largestAbsolute, largestRelative },
      scope,
    );
  };
}
