import { type CacheBinding, PlatformBlobCache } from '../registry/blob_cache.ts';
import type { ObjectStore } from '../registry/object_store.ts';
import { onBackendBroken, setHeapLimit } from '../runtime/backend.ts';
import { runtimeMemory } from '../runtime/memory.ts';
import type { CacheOutcome } from './blob_reader.ts';
import type { ServingConfiguration } from './configuration.ts';
import { type MetricSample, Metrics } from './metrics.ts';
import { ModelServer } from './model_server.ts';
import { PointerSource } from './pointer_source.ts';
import { ServableManager } from './servable_manager.ts';
import type { Serving } from './serving.ts';
import { loadVersion } from './version_loader.ts';

/** Everything that one isolate keeps between requests. */
export interface Isolate {
  readonly serving: Serving;
  samples(): Promise<MetricSample[]>;
}

/**
 * Puts an isolate together: source, manager and server, with their events led to the log and the metrics.
 *
 * @param cache the platform's, where it has one
 */
export function createIsolate(
  store: ObjectStore,
  configuration: ServingConfiguration,
  log: (entry: Record<string, unknown>) => void,
  cache?: CacheBinding,
): Isolate {
  setHeapLimit(configuration.heapLimitBytes);
  const metrics = new Metrics();
  const now = () => Date.now();
  const source = new PointerSource(store, {
    maxAgeMs: configuration.pointerMaxAgeMs,
    timeoutMs: configuration.pointerTimeoutMs,
    now,
    onPointer: (model, pointer, before) => {
      if (before === undefined) return;
      metrics.count('flips_total', { model });
      const { current: version, generation } = pointer;
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
    now,
    load: (manifest, control) => loadVersion(blobs, manifest, control),
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
    log({ event: 'runtime broken', consequence: 'every version is loaded anew when it is asked for' });
    manager.forget();
  });
  const serving = new ModelServer(store, source, manager, {
    onLoadFailure: configuration.onLoadFailure,
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
      ];
    },
  };
}
