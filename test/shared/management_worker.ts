import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { pointerReplicaOf } from '../../worker/registry/kv_pointer_replica.ts';
import type { ObjectStore } from '../../worker/registry/object_store.ts';
import type { PointerReplica } from '../../worker/registry/pointer_replica.ts';
import { type R2BucketBinding, R2ObjectStore } from '../../worker/registry/r2_object_store.ts';
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

/** Starts the management Worker as `wrangler deploy` would upload it. */
export async function startManagement(
  variables: Readonly<Record<string, string>>,
  /** Binds RATE_LIMITER where a limit is given: so many requests per 60 seconds. */
  options: { readonly rateLimit?: number } = {},
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
          modules: [{ type: 'ESModule', path: 'management.js', contents }],
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
