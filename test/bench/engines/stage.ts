import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import type { ObjectStore } from '../../../worker/registry/storage/object_store.ts';
import { type R2BucketBinding, R2ObjectStore } from '../../../worker/registry/storage/r2_object_store.ts';
import type { WorkerModule } from '../../fixtures/edge/built_worker.ts';
import type { Network } from '../networks/network.ts';
import { childProcesses } from '../processor_time.ts';
import { networkFiles } from './network_files.ts';

export interface WorkerSpecification {
  readonly name: string;
  readonly modules: readonly WorkerModule[];
  readonly variables?: Readonly<Record<string, string>>;
  /** Bindings to other Workers of the stage, or to their entrypoints. */
  readonly services?: Readonly<
    Record<string, string | { readonly name: string; readonly entrypoint: string }>
  >;
}

/** A workerd with an isolate for each Worker and one bucket that holds a network's files. */
export interface Stage {
  readonly store: ObjectStore;
  /** The process of workerd, if the system reports it. */
  readonly processId: number | undefined;
  /** The address of the Worker's own socket. A proxy would be the bottleneck. */
  url(worker: string): URL;
  stop(): Promise<void>;
}

export async function startStage(network: Network, workers: readonly WorkerSpecification[]): Promise<Stage> {
  const before = await childProcesses('workerd');
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: workers.map(({ name, modules, variables, services }) => ({
        name,
        modules: [...modules],
        modulesRoot: '/',
        compatibilityDate: '2026-11-01',
        bindings: { NETWORK: network.name, ...variables },
        r2Buckets: { MODELS: 'models' },
        ...(services && { serviceBindings: { ...services } }),
        unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
      })),
      // The product logs its events; the benchmark prints a table.
      handleStructuredLogs: () => undefined,
    }),
  );
  await miniflare.ready;
  const processId = [...(await childProcesses('workerd'))].find((candidate) => !before.has(candidate));
  const addresses = new Map<string, URL>();
  for (const { name } of workers) addresses.set(name, await miniflare.unsafeGetDirectURL(name));
  const { MODELS } = await miniflare.getBindings<{ MODELS: R2BucketBinding }>(workers[0]?.name);
  for (const each of network.beside === undefined ? [network] : [network, network.beside]) {
    for (const [file, bytes] of networkFiles(each)) await MODELS.put(`bench/${each.name}/${file}`, bytes);
  }
  return {
    store: new R2ObjectStore(MODELS),
    processId,
    url: (worker) => {
      const address = addresses.get(worker);
      if (address === undefined) throw new Error(`there is no Worker ${worker} on this stage`);
      return address;
    },
    stop: () => miniflare.dispose(),
  };
}
