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
import { TimeLimitError, wait, withinTimeLimit } from '../../worker/registry/storage/waiting.ts';
import type { Lines } from '../cli/output.ts';
import { showToCaller, wranglerConfiguration } from '../files/package_root.ts';
import { DiskWatchingObjectStore } from './disk_watching_object_store.ts';
import type { PlaceDescription } from './place.ts';

/** The published models of one place, as commands read and change them. */
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

/** The binding of the bucket in wrangler.toml. */
export const BUCKET_BINDING = 'MODELS';

/** The bindings that wrangler's platform proxy provides. */
export interface Bindings extends Record<string, unknown> {
  [BUCKET_BINDING]?: R2BucketBinding;
  [POINTERS_BINDING]?: KvNamespaceBinding;
}

/** Makes a registry over the bindings of a platform proxy, which it closes. */
export function registryOverBindings(
  proxy: { readonly env: Bindings; dispose(): Promise<void> },
  place: PlaceDescription,
): Registry {
  const binding = proxy.env[BUCKET_BINDING];
  if (binding === undefined) throw missingBucket((place.kind === 'local' && place.environment) || '');
  return registryOver({
    bucket: new R2ObjectStore(binding),
    replica: pointerReplicaOf(proxy.env),
    place,
    close: () => disposeWithinLimit(proxy),
  });
}

/** Makes a registry over a bucket, in which changes are made by compare-and-set. */
export function registryOver({
  bucket,
  replica,
  place,
  close,
}: {
  readonly bucket: ObjectStore;
  readonly replica: PointerReplica | undefined;
  readonly place: PlaceDescription;
  readonly close: () => Promise<void>;
}): Registry {
  const authority = new RetryingObjectStore(
    place.kind === 'local' ? new DiskWatchingObjectStore(bucket, place.directory) : bucket,
    wait,
  );
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

/** The effective configuration binds no bucket. */
export function missingBucket(environment: string): Error {
  const where = environment === '' ? '' : ` in [env.${environment}]`;
  return new Error(
    `${showToCaller(wranglerConfiguration())} does not bind a bucket as ${BUCKET_BINDING}${where}`,
  );
}

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
