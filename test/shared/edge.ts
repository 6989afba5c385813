import path from 'node:path';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { pointerReplicaOf } from '../../worker/registry/replica/kv_pointer_replica.ts';
import type { PointerReplica } from '../../worker/registry/replica/pointer_replica.ts';
import type { ObjectStore } from '../../worker/registry/storage/object_store.ts';
import { type R2BucketBinding, R2ObjectStore } from '../../worker/registry/storage/r2_object_store.ts';
import { builtWorker } from './built_worker.ts';

/** Several isolates of the built Worker over one bucket, in one workerd: the edge in small. */
export interface Edge {
  /** The base address of each isolate. */
  readonly isolates: readonly URL[];
  readonly store: ObjectStore;
  /** Where the pointers' replica is, if one was asked for. */
  readonly replica: PointerReplica | undefined;
  /** Puts a text into the cache that the isolates share. */
  cache(url: string, text: string): Promise<void>;
  /** What the isolates have logged so far, line by line. */
  readonly log: readonly string[];
  stop(): Promise<void>;
}

/** As in wrangler.toml. */
const BUCKET = 'edge-serving-models';

export async function startEdge(options: {
  readonly isolates: number;
  readonly variables?: Readonly<Record<string, string>>;
  /** A state folder, as the scripts take it with --persist-to; without one the bucket is in memory. */
  readonly state?: string;
  /** Binds CANARY_EVENTS, to a dataset that takes whatever it is given. */
  readonly canaryEvents?: boolean;
  /** Binds RATE_LIMITER: so many requests per 60 seconds. */
  readonly rateLimit?: number;
  /** Binds POINTERS. */
  readonly replica?: boolean;
}): Promise<Edge> {
  const modules = await builtWorker();
  const names = Array.from({ length: options.isolates }, (_, index) => `isolate-${index}`);
  const log: string[] = [];
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...(options.state !== undefined && { resourcePersistencePath: path.join(options.state, 'v3') }),
      handleStructuredLogs: ({ message }) => log.push(message),
      workers: names.map((name) => ({
        name,
        modules: [...modules],
        modulesRoot: '/',
        compatibilityDate: '2026-11-01',
        bindings: { ...options.variables },
        r2Buckets: { MODELS: BUCKET },
        ...(options.replica && { kvNamespaces: { POINTERS: 'pointers' } }),
        ...(options.canaryEvents && { analyticsEngineDatasets: { CANARY_EVENTS: { dataset: 'canaries' } } }),
        ...(options.rateLimit !== undefined && {
          ratelimits: {
            RATE_LIMITER: { namespace_id: '1', simple: { limit: options.rateLimit, period: 60 } },
          },
        }),
        unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
      })),
    }),
  );
  await miniflare.ready;
  const isolates = await Promise.all(names.map((name) => miniflare.unsafeGetDirectURL(name)));
  const bindings = await miniflare.getBindings<{ MODELS: R2BucketBinding }>(names[0]);
  return {
    isolates,
    store: new R2ObjectStore(bindings.MODELS),
    replica: pointerReplicaOf(bindings),
    log,
    cache: async (url, text) => {
      const cache: unknown = Reflect.get(await miniflare.getCaches(), 'default');
      if (!isCache(cache)) throw new Error('there is no cache');
      await cache.put(url, new Response(text, { headers: { 'cache-control': 'max-age=1000' } }));
    },
    stop: () => miniflare.dispose(),
  };
}

/** Miniflare's declaration of its caches lacks this one. */
function isCache(value: unknown): value is { put(url: string, response: Response): Promise<void> } {
  return typeof value === 'object' && value !== null && 'put' in value;
}
