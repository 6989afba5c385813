import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import type { ErrorCode } from '../../worker/model/coded_error.ts';
import { POINTERS_BINDING } from '../../worker/registry/replica/kv_pointer_replica.ts';
import { within } from '../../worker/registry/storage/waiting.ts';
import { ExplainedError } from '../cli/explained_error.ts';
import { readWranglerConfiguration, wranglerEnvironment } from '../deploy/wrangler_environment.ts';
import { loadWrangler } from '../files/load_wrangler.ts';
import { showToCaller, wranglerConfiguration } from '../files/package_root.ts';
import {
  type Bindings,
  BUCKET_BINDING,
  missingBucket,
  type Registry,
  registryOverBindings,
} from './registry.ts';
import { remoteFault } from './remote_fault.ts';

const REMOTE_TIMEOUT_MS = 60_000;

/** The part of wrangler.toml that the remote registry needs. */
const ConfigurationSchema = v.object({
  name: v.string(),
  account_id: v.optional(v.string()),
  compatibility_date: v.string(),
  r2_buckets: v.array(v.object({ binding: v.string(), bucket_name: v.optional(v.string()) })),
  kv_namespaces: v.optional(v.array(v.object({ binding: v.string(), id: v.optional(v.string()) })), []),
});

/** Returns the name of the bucket in the configuration, locally too. */
export async function bucketName(environment: string = wranglerEnvironment()): Promise<string | undefined> {
  const { r2_buckets } = await readWranglerConfiguration(ConfigurationSchema, environment);
  return r2_buckets.find(({ binding }) => binding === BUCKET_BINDING)?.bucket_name;
}

/**
 * Opens the registry in the bucket of the account that wrangler is logged in to. Its configuration is written to a
 * temporary folder, since with a second environment in wrangler.toml every deployment would have to name one.
 *
 * @throws RemoteUnavailableError
 */
export async function openRemoteRegistry(environment: string = wranglerEnvironment()): Promise<Registry> {
  // Otherwise wrangler would open a browser to log in, or ask for the account, in the middle of a script.
  process.env.CI ??= 'true';
  const { getPlatformProxy } = await loadWrangler();
  const configuration = await readWranglerConfiguration(ConfigurationSchema, environment);
  const bucket = configuration.r2_buckets.find(({ binding }) => binding === BUCKET_BINDING)?.bucket_name;
  if (bucket === undefined) throw missingBucket(environment);
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
        const registry = registryOverBindings(proxy, { kind: 'remote', bucket });
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
