import type { RecordCanaryAbort } from './rollout_report.ts';

/** What Workers' Analytics Engine binding offers. */
interface AnalyticsDataset {
  writeDataPoint(point: {
    readonly indexes: readonly string[];
    readonly blobs: readonly string[];
    readonly doubles: readonly number[];
  }): void;
}

/** Analytics Engine takes so many bytes in an index. */
const INDEX_LENGTH = 96;
const REASON_LENGTH = 500;

/**
 * Records given-up canaries in the dataset bound as CANARY_EVENTS, if the operator has made one: index1 the model
 * (cut to 96 characters), blob1 `canary aborted`, blob2 the model, blob3 the version, blob4 the last failure,
 * blob5 the isolate, by a name that it made up, blob6 a mark that tells clients apart and identifies none,
 * double1 the canary's generation, double2 the requests, double3 the failures among them, double4 the clients that
 * saw one.
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
