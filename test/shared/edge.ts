import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { pointerReplicaOf } from '../../worker/registry/kv_pointer_replica.ts';
import type { ObjectStore } from '../../worker/registry/object_store.ts';
import type { PointerReplica } from '../../worker/registry/pointer_replica.ts';
import { type R2BucketBinding, R2ObjectStore } from '../../worker/registry/r2_object_store.ts';
import { builtWorker } from './built_worker.ts';

/** Several isolates of the built Worker over one bucket, in one workerd: the edge in small. */
export interface Edge {
  /** The base address of each isolate. */
  readonly isolates: readonly URL[];
  readonly store: ObjectStore;
  /** Where the pointers' replica is, if one was asked for. */
  readonly replica: PointerReplica | undefined;
  /** What the isolates have logged so far, line by line. */
  readonly log: readonly string[];
  stop(): Promise<void>;
}

export async function startEdge(options: {
  readonly isolates: number;
  readonly variables?: Readonly<Record<string, string>>;
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
      handleStructuredLogs: ({ message }) => log.push(message),
      workers: names.map((name) => ({
        name,
        modules: [...modules],
        modulesRoot: '/',
        compatibilityDate: '2026-11-01',
        bindings: { ...options.variables },
        r2Buckets: { MODELS: 'models' },
        ...(options.replica && { kvNamespaces: { POINTERS: 'pointers' } }),
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
    stop: () => miniflare.dispose(),
  };
}
