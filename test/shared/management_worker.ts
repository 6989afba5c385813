import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { pointerReplicaOf } from '../../worker/registry/replica/kv_pointer_replica.ts';
import type { PointerReplica } from '../../worker/registry/replica/pointer_replica.ts';
import type { ObjectStore } from '../../worker/registry/storage/object_store.ts';
import { type R2BucketBinding, R2ObjectStore } from '../../worker/registry/storage/r2_object_store.ts';
import { REPOSITORY } from './built_worker.ts';

export interface ManagementWorker {
  readonly url: URL;
  /** The bucket itself, beside the Worker. */
  readonly store: ObjectStore;
  readonly replica: PointerReplica | undefined;
  /** What it has logged so far, line by line. */
  readonly log: readonly string[];
  /** Runs its cron trigger. */
  runSchedule(): Promise<void>;
  stop(): Promise<void>;
}

/** An entry of MANAGEMENT_TOKENS for a token. */
export function tokenEntry(name: string, scopes: string, token: string): string {
  return `${name}:${scopes}:${createHash('sha256').update(token).digest('hex')}`;
}

/** What is wrong with the storage of a Worker. */
export interface StorageFaults {
  /** Operations of one request on storage, the replica's included; the platform fails those beyond. */
  readonly operations?: number;
  /** Every operation fails when it is asked for first, as local R2 does while another process writes. */
  readonly isBusy?: boolean;
}

export interface StartOptions {
  /** Binds RATE_LIMITER: so many requests per 60 seconds. */
  readonly rateLimit?: number;
  readonly faults?: StorageFaults;
}

/** A Worker around the real one, whose storage has faults. */
function faultyWorker({ operations, isBusy = false }: StorageFaults): string {
  return `
    import management from './management.js';
    const seen = new Set();
    function faulty(env) {
      let asked = 0;
      const call = (target, name) => async (...parameters) => {
        if (++asked > ${operations ?? 'Infinity'}) throw new Error('Too many subrequests by single Worker invocation.');
        const [key] = parameters;
        const what = name + (typeof key === 'string' ? key : JSON.stringify(key));
        if (${isBusy} && !seen.has(what)) {
          seen.add(what);
          throw new Error(name + ': Unspecified error (0): SQLITE_BUSY: database is locked');
        }
        return target[name](...parameters);
      };
      const around = (target, names) => Object.fromEntries(names.map((name) => [name, call(target, name)]));
      return {
        ...env,
        MODELS: around(env.MODELS, ['get', 'head', 'put', 'delete', 'list']),
        POINTERS: around(env.POINTERS, ['get', 'put']),
      };
    }
    export default {
      fetch: (request, env, context) => management.fetch(request, faulty(env), context),
      scheduled: (controller, env, context) => management.scheduled(controller, faulty(env), context),
    };
  `;
}

/** Starts the management Worker as `wrangler deploy` would upload it, over a storage that may have faults. */
export async function startManagement(
  variables: Readonly<Record<string, string>>,
  options: StartOptions = {},
): Promise<ManagementWorker> {
  const folder = await mkdtemp(path.join(tmpdir(), 'edge-serving-management-'));
  await promisify(execFile)(
    path.join(REPOSITORY, 'node_modules/.bin/wrangler'),
    ['deploy', '--dry-run', '--env', 'management', '--outdir', folder],
    { cwd: REPOSITORY },
  );
  const contents = await readFile(path.join(folder, 'management.js'), 'utf8');
  await rm(folder, { recursive: true, force: true });
  const log: string[] = [];
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      handleStructuredLogs: ({ message }) => log.push(message),
      workers: [
        {
          name: 'management',
          modules: [
            ...(options.faults === undefined
              ? []
              : [{ type: 'ESModule' as const, path: 'faulty.js', contents: faultyWorker(options.faults) }]),
            { type: 'ESModule', path: 'management.js', contents },
          ],
          modulesRoot: '/',
          compatibilityDate: '2026-11-01',
          bindings: { ...variables },
          r2Buckets: { MODELS: 'models' },
          kvNamespaces: { POINTERS: 'pointers' },
          ...(options.rateLimit !== undefined && {
            ratelimits: {
              RATE_LIMITER: { namespace_id: '1', simple: { limit: options.rateLimit, period: 60 } },
            },
          }),
          unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
        },
      ],
    }),
  );
  await miniflare.ready;
  const bindings = await miniflare.getBindings<{ MODELS: R2BucketBinding }>('management');
  return {
    url: await miniflare.unsafeGetDirectURL('management'),
    store: new R2ObjectStore(bindings.MODELS),
    replica: pointerReplicaOf(bindings),
    log,
    async runSchedule() {
      const worker = await miniflare.getWorker('management');
      // Miniflare's types take a Fetcher for something else here.
      const scheduled: unknown = Reflect.get(worker, 'scheduled');
      if (typeof scheduled !== 'function') throw new Error('nothing can be scheduled');
      await scheduled.call(worker, { cron: '*/5 * * * *' });
    },
    stop: () => miniflare.dispose(),
  };
}
