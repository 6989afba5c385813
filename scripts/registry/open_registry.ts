import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import type { ErrorCode } from '../../worker/model/coded_error.ts';
import { type ChangePointer, changePointerIn } from '../../worker/registry/pointer/change/change_pointer.ts';
import { DEFAULT_LEASE } from '../../worker/registry/pointer/moment.ts';
import { type PruneOptions, type PruneResult, pruneModel } from '../../worker/registry/prune/pruning.ts';
import {
  type KvNamespaceBinding,
  POINTERS_BINDING,
  pointerReplicaOf,
} from '../../worker/registry/replica/kv_pointer_replica.ts';
import type { PointerReplica } from '../../worker/registry/replica/pointer_replica.ts';
import { errorMessage } from '../../worker/registry/storage/error_message.ts';
import type { ObjectStore } from '../../worker/registry/storage/object_store.ts';
import { type R2BucketBinding, R2ObjectStore } from '../../worker/registry/storage/r2_object_store.ts';
import { ReplicatingObjectStore } from '../../worker/registry/storage/replicating_object_store.ts';
import { RetryingObjectStore } from '../../worker/registry/storage/retrying_object_store.ts';
import { TimeLimitError, wait, within, withinTimeLimit } from '../../worker/registry/storage/waiting.ts';
import { ExplainedError } from '../cli/explained_error.ts';
import type { Lines } from '../cli/output.ts';
import { readWranglerConfiguration, wranglerEnvironment } from '../deploy/wrangler_environment.ts';
import { requireRoom, unlessDiskFull } from '../files/full_disk.ts';
import { loadWrangler } from '../files/load_wrangler.ts';
import { showToCaller, wranglerConfiguration } from '../files/package_root.ts';
import { DiskWatchingObjectStore } from './disk_watching_object_store.ts';
import { HttpObjectStore } from './http_object_store.ts';
import { changePointerThrough, pruneThrough } from './management_changes.ts';
import { type ManagementService, requireManagement } from './management_client.ts';
import type { PlaceDescription } from './place.ts';
import { remoteFault } from './remote_fault.ts';

/** A registry: local state, the account's bucket, or a bucket behind a management Worker. */
export type RegistryPlace =
  | { readonly kind: 'local'; readonly directory: string }
  | { readonly kind: 'remote' }
  | { readonly kind: 'management'; readonly service: ManagementService };

export interface Registry {
  readonly store: ObjectStore;
  readonly place: PlaceDescription;
  readonly changePointer: ChangePointer;
  readonly prune: (model: string, options: Omit<PruneOptions, 'wait'>) => Promise<PruneResult>;
  /** The replica of the pointers, if wrangler.toml binds one. `store` writes to it. */
  readonly replica: PointerReplica | undefined;
  /** Repairs the replicas of the models that were read, which an earlier command may have left out of date. */
  repairReplica(): Promise<void>;
  /** Faults that did not fail the command. */
  readonly warnings: readonly Lines[];
  close(): Promise<void>;
}

const BUCKET_BINDING = 'MODELS';

/** wrangler's command line stores its state one level deeper than its programming interface. */
const persistenceDirectory = (directory: string): string => join(directory, 'v3');

/** True if a folder contains local state. Opening it would create it. */
export async function hasLocalState(directory: string): Promise<boolean> {
  const found = await stat(persistenceDirectory(directory)).catch(() => undefined);
  return found?.isDirectory() ?? false;
}

/** Opens the registry through wrangler's access to R2, or over HTTP. */
export function openRegistry(place: RegistryPlace): Promise<Registry> {
  switch (place.kind) {
    case 'local':
      return openLocalRegistry(place.directory);
    case 'remote':
      return openRemoteRegistry();
    case 'management':
      return openManagedRegistry(place.service);
  }
}

/** The management Worker updates the replica itself. */
async function openManagedRegistry(service: ManagementService): Promise<Registry> {
  await requireManagement(service);
  const store = new RetryingObjectStore(new HttpObjectStore(service), wait);
  const prune = pruneThrough(service, wait);
  return {
    store,
    changePointer: changePointerThrough(service, wait),
    // A dry run only reads, which every token permits.
    prune: (model, options) =>
      options.dryRun ? pruneModel(store, model, { ...options, wait }) : prune(model, options),
    place: { kind: 'management', url: service.url.href },
    replica: undefined,
    repairReplica: async () => {},
    warnings: [],
    close: async () => {},
  };
}

/** Opens the registry in the state folder of `wrangler dev --persist-to`, which may run at the same time. */
export async function openLocalRegistry(directory: string): Promise<Registry> {
  const { getPlatformProxy } = await loadWrangler();
  // wrangler keeps sockets and caches there.
  await requireRoom(tmpdir());
  const proxy = await unlessDiskFull(directory, 0, () =>
    getPlatformProxy<Bindings>({
      configPath: wranglerConfiguration(),
      environment: wranglerEnvironment(),
      persist: { path: persistenceDirectory(directory) },
      remoteBindings: false,
    }),
  );
  const environment = wranglerEnvironment();
  return createRegistry(proxy, {
    kind: 'local',
    directory,
    ...(environment === '' ? {} : { environment }),
  });
}

const REMOTE_TIMEOUT_MS = 60_000;

/** The part of wrangler.toml that the remote registry needs. */
const ConfigurationSchema = v.object({
  name: v.string(),
  account_id: v.optional(v.string()),
  compatibility_date: v.string(),
  r2_buckets: v.array(v.object({ binding: v.string(), bucket_name: v.optional(v.string()) })),
  kv_namespaces: v.optional(v.array(v.object({ binding: v.string(), id: v.optional(v.string()) })), []),
});

/**
 * Opens the registry in the bucket of the account that wrangler is logged in to. Its configuration is written to a
 * temporary folder, since with a second environment in wrangler.toml every deployment would have to name one.
 *
 * @throws RemoteUnavailableError
 */
async function openRemoteRegistry(): Promise<Registry> {
  // Otherwise wrangler would open a browser to log in, or ask for the account, in the middle of a script.
  process.env.CI ??= 'true';
  const { getPlatformProxy } = await loadWrangler();
  const configuration = await readWranglerConfiguration(ConfigurationSchema);
  const bucket = configuration.r2_buckets.find(({ binding }) => binding === BUCKET_BINDING)?.bucket_name;
  if (bucket === undefined) throw missingBucket();
  const namespace = configuration.kv_namespaces.find(({ binding }) => binding === POINTERS_BINDING);
  if (namespace !== undefined && namespace.id === undefined) {
    throw new Error(
      `${showToCaller(wranglerConfiguration())} has no id for the namespace bound as ${POINTERS_BINDING}`,
    );
  }
  const folder = await mkdtemp(join(tmpdir(), 'edge-serving-'));
  try {
    const configPath = join(folder, 'wrangler.json');
    await writeFile(
      configPath,
      JSON.stringify({
        name: `${configuration.name}-registry`,
        ...(configuration.account_id === undefined ? {} : { account_id: configuration.account_id }),
        compatibility_date: configuration.compatibility_date,
        r2_buckets: [{ binding: BUCKET_BINDING, bucket_name: bucket, remote: true }],
        kv_namespaces: namespace === undefined ? [] : [{ ...namespace, remote: true }],
      }),
    );
    return await within(
      REMOTE_TIMEOUT_MS,
      (async () => {
        const proxy = await getPlatformProxy<Bindings>({ configPath, persist: false, remoteBindings: true });
        const registry = createRegistry(proxy, { kind: 'remote', bucket });
        // The connection succeeds even if the bucket does not exist.
        await registry.store.head('pointer.json');
        return registry;
      })(),
      () => new Error(`ETIMEDOUT: no answer within ${REMOTE_TIMEOUT_MS / 1000} seconds`),
    );
  } catch (error) {
    throw new RemoteUnavailableError(bucket, error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The account's bucket cannot be opened. The message says what to do. */
class RemoteUnavailableError extends ExplainedError {
  override readonly code: ErrorCode = 'ERR_REMOTE_UNAVAILABLE';

  constructor(bucket: string, cause: unknown) {
    const [what, advice] = remoteFault(bucket, cause);
    super([`the REMOTE bucket ${bucket} cannot be opened: ${what}`, advice], cause);
  }
}

function missingBucket(): Error {
  const environment = wranglerEnvironment();
  const where = environment === '' ? '' : ` in [env.${environment}]`;
  return new Error(
    `${showToCaller(wranglerConfiguration())} does not bind a bucket as ${BUCKET_BINDING}${where}`,
  );
}

interface Bindings extends Record<string, unknown> {
  [BUCKET_BINDING]?: R2BucketBinding;
  [POINTERS_BINDING]?: KvNamespaceBinding;
}

function createRegistry(
  proxy: { readonly env: Bindings; dispose(): Promise<void> },
  place: PlaceDescription,
): Registry {
  const binding = proxy.env[BUCKET_BINDING];
  if (binding === undefined) throw missingBucket();
  const bucket = new R2ObjectStore(binding);
  const authority = new RetryingObjectStore(
    place.kind === 'local' ? new DiskWatchingObjectStore(bucket, place.directory) : bucket,
    wait,
  );
  const replica = pointerReplicaOf(proxy.env);
  const close = () => disposeWithinLimit(proxy);
  const warnings: Lines[] = [];
  if (replica === undefined) {
    const repairReplica = async (): Promise<void> => {};
    return { ...changesIn(authority), store: authority, place, replica, repairReplica, warnings, close };
  }
  const store = new ReplicatingObjectStore(authority, replica, {
    wait,
    onFault: (model, error) =>
      warnings.push([
        `The pointer of ${model} was written to the bucket, but its replica in KV was not: ${errorMessage(error)}`,
        'Workers that read the replica see the older pointer until the next command that changes the model.',
      ]),
  });
  return {
    ...changesIn(store),
    store,
    place,
    replica,
    repairReplica: () => store.repair(),
    warnings,
    close,
  };
}

/** With direct access to the bucket, changes are made by compare-and-set. */
function changesIn(store: ObjectStore): Pick<Registry, 'changePointer' | 'prune'> {
  return {
    changePointer: changePointerIn(store, { wait, lease: DEFAULT_LEASE }),
    prune: (model, options) => pruneModel(store, model, { ...options, wait }),
  };
}

const DISPOSAL_LIMIT_MS = 1_000;

/** Processes that still run end with this one. If local state cannot be written, they do not end by themselves. */
async function disposeWithinLimit(proxy: { dispose(): Promise<void> }): Promise<void> {
  try {
    await withinTimeLimit('closing', DISPOSAL_LIMIT_MS, proxy.dispose());
  } catch (error) {
    if (!(error instanceof TimeLimitError)) throw error;
  }
}
