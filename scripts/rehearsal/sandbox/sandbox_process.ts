/**
 * The process in which a version is rehearsed: it runs workerd and ends it when the command that started it
 * closes the channel between them, which is also what happens when that command is killed.
 */
import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import * as v from 'valibot';
import { describeError } from '../../../worker/registry/storage/describe_error.ts';
import type { ObjectStore } from '../../../worker/registry/storage/object_store.ts';
import { type R2BucketBinding, R2ObjectStore } from '../../../worker/registry/storage/r2_object_store.ts';
import { writeBlob } from '../../../worker/registry/version/blob_store.ts';
import { writeManifest } from '../../../worker/registry/version/version_store.ts';
import { DiskWatchingObjectStore } from '../../registry/disk_watching_object_store.ts';
import { isStageFolder } from './sandbox_folder.ts';
import { type StageAnswer, type StageRequest, StageRequestSchema } from './sandbox_messages.ts';
import { readWorkerModules } from './worker_build.ts';

let miniflare: Miniflare | undefined;

async function end(): Promise<void> {
  try {
    await miniflare?.dispose();
  } finally {
    removeFolder();
    process.exit(0);
  }
}

/** Made for this process, and what Miniflare keeps is in it. */
function removeFolder(): void {
  if (isStageFolder(tmpdir())) rmSync(tmpdir(), { recursive: true, force: true, maxRetries: 10 });
}

async function start(request: StageRequest): Promise<string[]> {
  const modules = await readWorkerModules(request.build);
  const names = request.versions.map((_, index) => `isolate-${index}`);
  miniflare = new Miniflare(
    convertV4MiniflareOptions({
      handleStructuredLogs: () => {},
      workers: names.map((name) => ({
        name,
        modules,
        modulesRoot: '/',
        compatibilityDate: request.compatibilityDate,
        compatibilityFlags: request.compatibilityFlags,
        // Nothing points to what is rehearsed.
        bindings: { ...request.variables, VERSIONS_BY_NUMBER: 'any' },
        r2Buckets: { MODELS: 'models' },
        unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
      })),
    }),
  );
  await miniflare.ready;
  const { MODELS } = await miniflare.getBindings<{ MODELS: R2BucketBinding }>(names[0]);
  const store = new DiskWatchingObjectStore(new R2ObjectStore(MODELS), tmpdir());
  for (const version of request.versions) await putVersion(store, version);
  const urls: string[] = [];
  for (const name of names) urls.push((await miniflare.unsafeGetDirectURL(name)).href);
  return urls;
}

/** Nothing points to it: an isolate is asked for it by its number. */
async function putVersion(
  store: ObjectStore,
  { manifest, files }: StageRequest['versions'][number],
): Promise<void> {
  for (const { path, sha256 } of manifest.content.blobs) {
    const file = files[path];
    if (file === undefined) throw new Error(`there is no file for ${path}`);
    await writeBlob(store, sha256, await readFile(file));
  }
  await writeManifest(store, manifest);
}

function answer(message: StageAnswer): void {
  // Whoever asked may be gone.
  if (process.connected) process.send?.(message);
}

// Miniflare tidies up when the process ends, and what it finds broken then must not keep the rest from it.
process.on('uncaughtException', () => void end());
process.on('exit', removeFolder);
process.on('disconnect', () => void end());
process.once('message', (message) => {
  start(v.parse(StageRequestSchema, message)).then(
    (isolates) => answer({ kind: 'ready', isolates }),
    (error: unknown) => answer({ kind: 'failed', reason: describeError(error) }),
  );
});
// Closed while this was still being loaded.
if (!process.connected) void end();
