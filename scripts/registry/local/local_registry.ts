import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { readWranglerConfiguration, wranglerEnvironment } from '../../deploy/wrangler_environment.ts';
import { requireRoom, unlessDiskFull } from '../../files/full_disk.ts';
import { loadWrangler } from '../../files/load_wrangler.ts';
import { wranglerConfiguration } from '../../files/package_root.ts';
import type { PlaceDescription } from '../place.ts';
import {
  type Bindings,
  BUCKET_BINDING,
  type Registry,
  registryOver,
  registryOverBindings,
} from '../registry.ts';
import { openBucketDatabase } from './bucket_database.ts';
import { bucketFiles } from './bucket_files.ts';
import { FileObjectStore } from './file_object_store.ts';

/** wrangler's command line stores its state one level deeper than its programming interface. */
const persistenceDirectory = (directory: string): string => join(directory, 'v3');

/** True if a folder contains local state. Opening it would create it. */
export async function hasLocalState(directory: string): Promise<boolean> {
  const found = await stat(persistenceDirectory(directory)).catch(() => undefined);
  return found?.isDirectory() ?? false;
}

/**
 * Opens the registry in the state folder of `wrangler dev --persist-to`, which may run at the same time. A workerd is
 * started only where the files alone are not enough, since that takes seconds.
 */
export async function openLocalRegistry(
  directory: string,
  environment: string = wranglerEnvironment(),
): Promise<Registry> {
  const place: PlaceDescription = {
    kind: 'local',
    directory,
    ...(environment === '' ? {} : { environment }),
  };
  const bucket = await openBucketFiles(directory, environment);
  if (bucket !== undefined) {
    return registryOver({ bucket, replica: undefined, place, close: () => bucket.close() });
  }
  const { getPlatformProxy } = await loadWrangler();
  // wrangler keeps sockets and caches there.
  await requireRoom(tmpdir());
  const proxy = await unlessDiskFull(directory, 0, () =>
    getPlatformProxy<Bindings>({
      configPath: wranglerConfiguration(),
      environment,
      persist: { path: persistenceDirectory(directory) },
      remoteBindings: false,
    }),
  );
  return registryOverBindings(proxy, place);
}

/** The part of wrangler.toml that says which files are the bucket. */
const ConfigurationSchema = v.object({
  r2_buckets: v.array(
    v.object({
      binding: v.string(),
      // A name decides on files, so that it is only used if R2 would accept it.
      bucket_name: v.optional(v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/))),
      preview_bucket_name: v.optional(v.string()),
    }),
  ),
  kv_namespaces: v.optional(v.array(v.unknown()), []),
});

/** Opens the files of the bucket, or returns undefined if wrangler has to: for a bucket of another kind, or a replica. */
async function openBucketFiles(directory: string, environment: string): Promise<FileObjectStore | undefined> {
  const read = v.safeParse(ConfigurationSchema, await readWranglerConfiguration(v.unknown(), environment));
  if (!read.success || read.output.kv_namespaces.length > 0) return undefined;
  const bound = read.output.r2_buckets.find(({ binding }) => binding === BUCKET_BINDING);
  if (bound?.bucket_name === undefined || bound.preview_bucket_name !== undefined) return undefined;
  const { database: path, blobs } = bucketFiles(persistenceDirectory(directory), bound.bucket_name);
  const database = await openBucketDatabase(path);
  return database && new FileObjectStore(database, blobs);
}
