import { createCors } from './cors.ts';
import { parseAccessConfiguration } from './http/access/access_configuration.ts';
import { createGuard } from './http/access/guard.ts';
import { rateLimiterOf } from './http/access/rate_limit.ts';
import { RequestMemory } from './http/memory/request_memory.ts';
import { RequestMetrics } from './http/metrics/request_metrics.ts';
import { createOpenInferenceHandler } from './http/open_inference/handler.ts';
import { createTensorFlowServingHandler } from './http/tensorflow_serving/handler.ts';
import { recordShadowsIn } from './http/traffic/recorded_shadow.ts';
import { trafficRecorderOf } from './http/traffic/traffic_configuration.ts';
import { pointerReplicaOf } from './registry/replica/kv_pointer_replica.ts';
import { R2ObjectStore } from './registry/storage/r2_object_store.ts';
import { ModelCalls } from './rpc/model_calls.ts';
import { logLine } from './runtime/log_line.ts';
import { parseConfiguration } from './serving/configuration.ts';
import { createIsolate } from './serving/isolate.ts';
import { Metrics } from './serving/metrics/metrics.ts';
import { canaryEventsOf } from './serving/rollout/canary_abort_events.ts';

export type Wiring = ReturnType<typeof wire>;

let wired: Wiring | undefined;

/**
 * Returns the parts of this isolate, which are made with the environment of its first request.
 *
 * @throws ConfigurationError if a variable is invalid
 */
export function wiringOf(env: Env): Wiring {
  wired ??= wire(env);
  return wired;
}

function wire(env: Env) {
  const configuration = parseConfiguration(env);
  const access = parseAccessConfiguration(env);
  const log = (entry: Record<string, unknown>) => console.log(logLine(entry));
  const name = crypto.randomUUID();
  const traffic = trafficRecorderOf(env, name);
  const isolate = createIsolate({
    store: new R2ObjectStore(env.MODELS),
    replica: pointerReplicaOf(env),
    cache: configuration.cachesBlobs ? platformCache() : undefined,
    configuration,
    log,
    recordCanaryAbort: canaryEventsOf(env, name),
    recordShadow: traffic && recordShadowsIn(traffic),
  });
  const requestMetrics = new RequestMetrics();
  const keyMetrics = new Metrics();
  const protocol = {
    serving: isolate.serving,
    maxRequestBytes: configuration.maxRequestBytes,
    memory: new RequestMemory(configuration.requestMemoryBytes),
    record: requestMetrics.record.bind(requestMetrics),
    log,
    traffic,
  };
  return {
    isolate,
    routingKeys: configuration.routingKeys,
    requestMetrics,
    keyMetrics,
    answers: {
      'tensorflow serving': createTensorFlowServingHandler(protocol),
      'open inference': createOpenInferenceHandler({
        ...protocol,
        counts: requestMetrics.counts.bind(requestMetrics),
      }),
    },
    calls: new ModelCalls(protocol),
    guard: createGuard({
      apiKeys: access.apiKeys,
      namedKeys: access.namedKeys,
      rateLimiter: (name) => rateLimiterOf(env, name),
      log,
      count: (key, outcome) => keyMetrics.count('key_requests_total', { key, outcome }),
    }),
    cors: createCors(access.corsOrigins, log),
    showsIndex: access.showsIndex,
    showsPlanProofs: configuration.showsPlanProofs,
  };
}

/** Undefined in runtimes without the Cache API. */
function platformCache(): Cache | undefined {
  return typeof caches === 'undefined' ? undefined : caches.default;
}
