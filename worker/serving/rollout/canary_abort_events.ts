import { datasetOf } from '../../traffic/analytics_engine.ts';
import { indexOf } from '../../traffic/data_point.ts';
import type { RecordCanaryAbort } from './rollout_report.ts';

const REASON_LENGTH = 500;

/**
 * Returns a function that records aborted canaries in the dataset bound as CANARY_EVENTS, or undefined without the
 * binding: index1 the model (truncated to 96 characters), blob1 `canary aborted`, blob2 the model, blob3 the version,
 * blob4 the last failure, blob5 a random name of the isolate, blob6 a mark that distinguishes clients but does not
 * identify them, double1 the canary's generation, double2 the requests, double3 the failures among them, double4 the
 * clients that saw a failure.
 */
export function canaryEventsOf(bindings: object, isolate: string): RecordCanaryAbort | undefined {
  const dataset = datasetOf(bindings, 'CANARY_EVENTS');
  if (dataset === undefined) return undefined;
  return (model, { version, generation, requests, failures, clients, clientMark, reason }) =>
    dataset.writeDataPoint({
      indexes: [indexOf(model)],
      blobs: ['canary aborted', model, version, reason.slice(0, REASON_LENGTH), isolate, String(clientMark)],
      doubles: [generation, requests, failures, clients],
    });
}
