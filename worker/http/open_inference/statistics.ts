import type { RequestCounts } from '../metrics/request_metrics.ts';
import type { Statistics, VersionStatistics } from './schema.ts';

/** The version of a model. */
interface ModelVersion {
  readonly model: string;
  readonly version: string;
}

const NOTE =
  'Counted by the isolate that answers, since it started. Other isolates count their own requests; an isolate ends ' +
  'without notice. A duration of 0 is not measured';

/**
 * Returns what an isolate has counted in the form of Triton's extension for statistics.
 *
 * @param asked the versions to report, which may have no requests yet; by default all that have some
 */
export function statistics(counts: readonly RequestCounts[], asked?: readonly ModelVersion[]): Statistics {
  const versions = asked ?? countedVersions(counts);
  return {
    model_stats: versions.map(({ model, version }) =>
      versionStatistics(
        { model, version },
        counts.filter((each) => each.model === model && each.version === version),
      ),
    ),
    note: NOTE,
  };
}

/** Returns the versions that have answered requests, of one model or of all. */
export function countedVersions(counts: readonly RequestCounts[], of?: string): ModelVersion[] {
  const versions = new Map<string, ModelVersion>();
  for (const { model, version } of counts) {
    if (of === undefined || of === model) versions.set(JSON.stringify([model, version]), { model, version });
  }
  return [...versions.values()];
}

const NOT_COUNTED = { count: 0, ns: 0 };
const NANOSECONDS = 1_000_000;

function versionStatistics(
  { model, version }: ModelVersion,
  counts: readonly RequestCounts[],
): VersionStatistics {
  const succeeded = counts.filter(({ isOk }) => isOk);
  const success = duration(succeeded);
  return {
    name: model,
    version,
    last_inference: Math.max(0, ...counts.map(({ lastAt }) => lastAt)),
    inference_count: sum(succeeded, ({ examples }) => examples),
    execution_count: success.count,
    inference_stats: {
      success,
      fail: duration(counts.filter(({ isOk }) => !isOk)),
      queue: NOT_COUNTED,
      compute_input: NOT_COUNTED,
      compute_infer: NOT_COUNTED,
      compute_output: NOT_COUNTED,
      cache_hit: NOT_COUNTED,
      cache_miss: NOT_COUNTED,
    },
    batch_stats: [],
  };
}

function duration(counts: readonly RequestCounts[]): VersionStatistics['inference_stats']['success'] {
  const milliseconds = sum(counts, (each) => each.milliseconds);
  return { count: sum(counts, ({ requests }) => requests), ns: Math.round(milliseconds * NANOSECONDS) };
}

function sum(counts: readonly RequestCounts[], of: (counts: RequestCounts) => number): number {
  return counts.reduce((total, each) => total + of(each), 0);
}
