import type { RecordCanaryAbort } from './rollout_report.ts';

/** The interface of Workers' Analytics Engine binding. */
interface AnalyticsDataset {
  writeDataPoint(point: {
    readonly indexes: readonly string[];
    readonly blobs: readonly string[];
    readonly doubles: readonly number[];
  }): void;
}

/** The most bytes of an index in Analytics Engine. */
const INDEX_LENGTH = 96;
const REASON_LENGTH = 500;

/**
 * Returns a function that records aborted canaries in the dataset bound as CANARY_EVENTS, or undefined without the
 * binding: index1 the model (truncated to 96 characters), blob1 `canary aborted`, blob2 the model, blob3 the version,
 * blob4 the last failure, blob5 a random name of the isolate, blob6 a mark that distinguishes clients but does not
 * identify them, double1 the canary's generation, double2 the requests, double3 the failures among them, double4 the
 * clients that saw a failure.
 */
export function canaryEventsOf(bindings: object, isolate: string): RecordCanaryAbort | undefined {
  const binding: unknown = Reflect.get(bindings, 'CANARY_EVENTS');
  if (!isDataset(binding)) return undefined;
  return (model, { version, generation, requests, failures, clients, clientMark, reason }) =>
    binding.writeDataPoint({
      indexes: [model.slice(0, INDEX_LENGTH)],
      blobs: ['canary aborted', model, version, reason.slice(0, REASON_LENGTH), isolate, String(clientMark)],
      doubles: [generation, requests, failures, clients],
    });
}

function isDataset(binding: unknown): binding is AnalyticsDataset {
  return typeof binding === 'object' && binding !== null && 'writeDataPoint' in binding;
}
