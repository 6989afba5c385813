import { pruneModel } from '../../worker/registry/prune/pruning.ts';
import { RetryingObjectStore } from '../../worker/registry/storage/retrying_object_store.ts';
import { wait } from '../../worker/registry/storage/waiting.ts';
import { HttpObjectStore } from './http_object_store.ts';
import { openLocalRegistry } from './local/local_registry.ts';
import { changePointerThrough, pruneThrough } from './management_changes.ts';
import { type ManagementService, requireManagement } from './management_client.ts';
import type { Registry } from './registry.ts';
import { openRemoteRegistry } from './remote_registry.ts';

/**
 * A registry: local state, the account's bucket, or a bucket behind a management Worker. The environment of wrangler.toml
 * is that of this process unless the place names one.
 */
export type RegistryPlace =
  | { readonly kind: 'local'; readonly directory: string; readonly environment?: string }
  | { readonly kind: 'remote'; readonly environment?: string }
  | { readonly kind: 'management'; readonly service: ManagementService };

/** Opens a registry in its files, through wrangler's access to R2, or over HTTP. */
export function openRegistry(place: RegistryPlace): Promise<Registry> {
  switch (place.kind) {
    case 'local':
      return openLocalRegistry(place.directory, place.environment);
    case 'remote':
      return openRemoteRegistry(place.environment);
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
