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
import {
  type SandboxAnswer,
  type SandboxPreparation,
  SandboxRequestSchema,
  type SandboxVersion,
} from './sandbox_messages.ts';
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

interface Isolates {
  readonly store: ObjectStore;
  readonly urls: readonly string[];
}

async function prepare(preparation: SandboxPreparation): Promise<Isolates> {
  const modules = await readWorkerModules(preparation.build);
  const names = Array.from({ length: preparation.isolates }, (_, index) => `isolate-${index}`);
  miniflare = new Miniflare(
    convertV4MiniflareOptions({
      handleStructuredLogs: () => {},
      workers: names.map((name) => ({
        name,
        modules,
        modulesRoot: '/',
        compatibilityDate: preparation.compatibilityDate,
        compatibilityFlags: preparation.compatibilityFlags,
        // No pointer names the rehearsed version.
        bindings: { ...preparation.variables, VERSIONS_BY_NUMBER: 'any' },
        r2Buckets: { MODELS: 'models' },
        unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
      })),
    }),
  );
  await miniflare.ready;
  const { MODELS } = await miniflare.getBindings<{ MODELS: R2BucketBinding }>(names[0]);
  const urls: string[] = [];
  for (const name of names) urls.push((await miniflare.unsafeGetDirectURL(name)).href);
  return { store: new DiskWatchingObjectStore(new R2ObjectStore(MODELS), tmpdir()), urls };
}

/** Publishes the versions and returns the URL of an isolate for each. */
async function publish(isolates: Isolates, versions: readonly SandboxVersion[]): Promise<string[]> {
  for (const version of versions) await putVersion(isolates.store, version);
  return isolates.urls.slice(0, versions.length);
}

/** Publishes a version without a pointer, which requests name by its number. */
async function putVersion(store: ObjectStore, { manifest, files }: SandboxVersion): Promise<void> {
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
let isolates: Promise<Isolates> | undefined;
process.on('message', (message) => {
  const request = v.parse(SandboxRequestSchema, message);
  if (request.kind === 'prepare') {
    isolates = prepare(request);
    // Reported to the publication.
    isolates.catch(() => undefined);
    return;
  }
  const published = isolates?.then((prepared) => publish(prepared, request.versions));
  published?.then(
    (urls) => answer({ kind: 'ready', isolates: urls }),
    (error: unknown) => answer({ kind: 'failed', reason: errorMessage(error) }),
  );
});
// The channel was closed while the process was still loading.
if (!process.connected) void end();
