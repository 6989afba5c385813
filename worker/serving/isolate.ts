import type { PointerReplica } from '../registry/replica/pointer_replica.ts';
import type { ObjectStore } from '../registry/storage/object_store.ts';
import { wait } from '../registry/storage/waiting.ts';
import { type CacheBinding, PlatformBlobCache } from '../registry/version/blob_cache.ts';
import { onBackendBroken, setHeapLimit } from '../runtime/backend/backend.ts';
import { runtimeMemory } from '../runtime/backend/memory.ts';
import type { Serving } from './api.ts';
import type { ServingConfiguration } from './configuration.ts';
import type { CacheOutcome } from './loading/blob_reader.ts';
import { loadVersion } from './loading/version_loader.ts';
import { type MetricSample, Metrics } from './metrics/metrics.ts';
import { boundedReason, coldSamples, planSamples } from './metrics/plan_metrics.ts';
import { type PlansOfVersion, plansOfVersions } from './metrics/plans_of_version.ts';
import { ModelServer } from './request/model_server.ts';
import { PointerSource, pointerReader } from './request/pointer_source.ts';
import { Rollout } from './rollout/rollout.ts';
import { type RecordCanaryAbort, type RecordShadow, reportRollout } from './rollout/rollout_report.ts';
import { ServableManager } from './servables/servable_manager.ts';
import { ConfigurationError } from './variables.ts';

/** The state that one isolate keeps between requests. */
export interface Isolate {
  readonly serving: Serving;
  samples(): Promise<MetricSample[]>;
  /** Returns the proofs of the plans of each version in memory. */
  provenPlans(): readonly PlansOfVersion[];
}

export interface IsolateOptions {
  readonly store: ObjectStore;
  /** The replica of the pointers, if the operator has bound one. */
  readonly replica: PointerReplica | undefined;
  /** The platform's cache, if it exists and stores blobs. */
  readonly cache: CacheBinding | undefined;
  readonly configuration: ServingConfiguration;
  readonly log: (entry: Record<string, unknown>) => void;
  /** Called when this isolate aborts a canary. */
  readonly recordCanaryAbort: RecordCanaryAbort | undefined;
  /** Called with every outcome of a shadow. */
  readonly recordShadow?: RecordShadow | undefined;
}

/**
 * Creates an isolate's pointer source, servable manager and model server, and connects their events to log and metrics.
 *
 * @throws ConfigurationError if a variable is invalid
 */
export function createIsolate(options: IsolateOptions): Isolate {
  const { store, replica, cache, configuration, log, recordCanaryAbort, recordShadow } = options;
  const fromReplica = configuration.pointerSource === 'kv';
  if (fromReplica && replica === undefined) {
    throw new ConfigurationError('POINTER_SOURCE "kv" needs a KV namespace bound as POINTERS');
  }
  setHeapLimit(configuration.heapLimitBytes);
  const metrics = new Metrics();
  const now = () => Date.now();
  const source = new PointerSource(pointerReader(store, fromReplica ? replica : undefined), {
    leaseLimitMs: configuration.pointerLeaseMs,
    timeoutMs: configuration.pointerTimeoutMs,
    now,
    sleep: wait,
    onRead: () => metrics.count('pointer_reads_total', {}),
    onPointer: (model, pointer, before) => {
      if (before === undefined) return;
      const { current: version, generation } = pointer;
      if (version !== before.current) metrics.count('flips_total', { model });
      log({ event: 'pointer', model, version, generation, from: before.current });
    },
  });
  const blobs = {
    store,
    cache: cache && new PlatformBlobCache(cache, (reason) => log({ event: 'blob cache of no use', reason })),
    onCache: (outcome: CacheOutcome) => metrics.count('blob_cache_reads_total', { outcome }),
  };
  const manager = new ServableManager(store, {
    budgetBytes: configuration.memoryBudgetBytes,
    serves: (model, version) => {
      const pointer = source.known(model);
      return pointer?.current === version || pointer?.canary?.version === version;
    },
    keeps: (model, version) => {
      const pointer = source.known(model);
      if (pointer === undefined) return false;
      const { current, canary, next, shadow } = pointer;
      return (
        current === version || [canary, next, shadow].some((candidate) => candidate?.version === version)
      );
    },
    publicKeys: configuration.publicKeys,
    now,
    load: (manifest, task) => {
      const { model, version } = manifest;
      const told = (event: string) => (reason: string) =>
        log({ event, model, version, reason: boundedReason(reason) });
      return loadVersion(blobs, manifest, task, {
        onUnplanned: told('unplanned'),
        onCold: told('cold'),
        onStoredProof: (outcome) => {
          metrics.count('plan_proofs_total', { model, version, outcome: outcome.kind });
          if (outcome.kind === 'refused') told('proof refused')(outcome.reason);
          if (outcome.kind === 'not prepared') told('plan not prepared')(outcome.reason);
        },
      });
    },
    events: {
      loaded: (model, version, milliseconds) => {
        metrics.count('loads_total', { model, version, outcome: 'loaded' });
        log({ event: 'loaded', model, version, milliseconds });
      },
      loadFailed: (model, version, reason, retryInMs) => {
        metrics.count('loads_total', { model, version, outcome: 'failed' });
        log({ event: 'load failed', model, version, reason, retryInMs });
      },
      unloaded: (model, version) => {
        metrics.count('unloads_total', { model, version });
        log({ event: 'unloaded', model, version });
      },
    },
  });
  onBackendBroken(() => {
    metrics.count('runtime_breaks_total');
    log({ event: 'runtime broken', consequence: 'every version is reloaded on its next request' });
    manager.forget();
  });
  const rollout = new Rollout(manager, {
    canary: {
      maxFailures: configuration.canaryMaxFailures,
      minRequests: configuration.canaryMinRequests,
      minClients: configuration.canaryMinClients,
    },
    now,
    random: Math.random,
    afterAnswer: () => wait(0),
    events: reportRollout(metrics, log, recordCanaryAbort, recordShadow),
  });
  const serving = new ModelServer(store, source, manager, {
    onLoadFailure: configuration.onLoadFailure,
    onStalePointer: configuration.onStalePointer,
    versionsByNumber: configuration.versionsByNumber,
    rollout,
    events: {
      speculation: (outcome) => metrics.count('speculations_total', { outcome }),
      fallback: (model, wanted, version) => metrics.count('fallbacks_total', { model, wanted, version }),
      stalePointer: (model) => metrics.count('stale_pointers_total', { model }),
    },
  });
  return {
    serving,
    samples: async () => {
      const { heapBytes, tensors } = await runtimeMemory();
      const { servables, bytes } = manager.usage();
      const gauge = (name: string, value: number) => ({ name, kind: 'gauge' as const, labels: {}, value });
      return [
        ...metrics.samples(),
        gauge('wasm_heap_bytes', heapBytes),
        gauge('tensors', tensors),
        gauge('servables', servables),
        gauge('servable_bytes', bytes),
        ...generationSamples(source),
        ...planSamples(manager.servables()),
        ...coldSamples(manager.servables()),
      ];
    },
    provenPlans: () => plansOfVersions(manager.servables()),
  };
}

/** Samples the generations by which this isolate may answer, so that an isolate that stays behind can be found. */
function generationSamples(source: PointerSource): MetricSample[] {
  return [...source.generations()].map(([model, generation]) => ({
    name: 'generation',
    kind: 'gauge',
    labels: { model },
    value: generation,
  }));
}
