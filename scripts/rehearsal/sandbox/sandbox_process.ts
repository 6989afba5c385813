/**
 * The process of a rehearsal. It runs workerd and ends it when the channel to the command closes, which also happens if
 * the command is killed.
 */
import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import * as v from 'valibot';
import { errorMessage } from '../../../worker/registry/storage/error_message.ts';
import type { ObjectStore } from '../../../worker/registry/storage/object_store.ts';
import { type R2BucketBinding, R2ObjectStore } from '../../../worker/registry/storage/r2_object_store.ts';
import { writeBlob } from '../../../worker/registry/version/blob_store.ts';
import { writeManifest } from '../../../worker/registry/version/version_store.ts';
import { DiskWatchingObjectStore } from '../../registry/disk_watching_object_store.ts';
import { isSandboxFolder } from './sandbox_folder.ts';
import { type SandboxAnswer, type SandboxRequest, SandboxRequestSchema } from './sandbox_messages.ts';
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

/** The folder was made for this process and contains Miniflare's state. */
function removeFolder(): void {
  if (isSandboxFolder(tmpdir())) rmSync(tmpdir(), { recursive: true, force: true, maxRetries: 10 });
}

async function start(request: SandboxRequest): Promise<string[]> {
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
        // No pointer names the rehearsed version.
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

/** Publishes a version without a pointer, which requests name by its number. */
async function putVersion(
  store: ObjectStore,
  { manifest, files }: SandboxRequest['versions'][number],
): Promise<void> {
  for (const { path, sha256 } of manifest.content.blobs) {
    const file = files[path];
    if (file === undefined) throw new Error(`there is no file for ${path}`);
    await writeBlob(store, sha256, await readFile(file));
  }
  await writeManifest(store, manifest);
}

function answer(message: SandboxAnswer): void {
  // The parent may have ended.
  if (process.connected) process.send?.(message);
}

// Miniflare cleans up when the process ends. Errors there must not stop the rest of the cleanup.
process.on('uncaughtException', () => void end());
process.on('exit', removeFolder);
process.on('disconnect', () => void end());
process.once('message', (message) => {
  start(v.parse(SandboxRequestSchema, message)).then(
    (isolates) => answer({ kind: 'ready', isolates }),
    (error: unknown) => answer({ kind: 'failed', reason: errorMessage(error) }),
  );
});
// The channel was closed while the process was still loading.
if (!process.connected) void end();
