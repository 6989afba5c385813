import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { openModel } from '../../import/open_model.ts';
import { type ModelImport, readTfjsDirectory } from '../../import/tfjs/tfjs_directory.ts';
import { withTemporaryDirectory } from '../../scripts/files/temporary_directory.ts';
import { updatePointer } from '../../worker/registry/pointer/pointer_store.ts';
import { type ChangeRecord, publishTransition } from '../../worker/registry/pointer/pointer_transitions.ts';
import { type PublicationResult, publishVersion } from '../../worker/registry/publish/publication.ts';
import type { ObjectStore } from '../../worker/registry/storage/object_store.ts';
import type { ModelContent } from '../../worker/registry/version/manifest.ts';
import { REPOSITORY } from './built_worker.ts';
import { sha256 } from './sha256.ts';

export const SAMPLES = path.join(REPOSITORY, 'models');

export const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

export const changeRecord = (): ChangeRecord => ({
  id: randomUUID(),
  at: new Date().toISOString(),
  by: 'a test',
});

interface Options {
  readonly flip?: boolean;
  /** Edits what was read. */
  readonly change?: (content: ModelContent) => ModelContent;
  /** A file of so many zeros that the version has besides, and that its model does not need. */
  readonly ballastBytes?: number;
}

/** Publishes a directory in tfjs's form, sound or not, byte for byte, and flips to it, unless told otherwise. */
export async function publishDirectory(
  store: ObjectStore,
  directory: string,
  model: string,
  version: string,
  options: Options = {},
): Promise<PublicationResult> {
  return publishImport(store, await readTfjsDirectory(directory), model, version, options);
}

/** Publishes a model of any format as the command does, simplified, and flips to it. */
export function publishModel(
  store: ObjectStore,
  path: string,
  model: string,
  version: string,
): Promise<PublicationResult> {
  return withTemporaryDirectory(async (temporaryDirectory) =>
    publishImport(store, await openModel(path, { temporaryDirectory }), model, version, {}),
  );
}

async function publishImport(
  store: ObjectStore,
  imported: ModelImport,
  model: string,
  version: string,
  options: Options,
): Promise<PublicationResult> {
  if (imported.kind !== 'read') throw new Error(imported.message);
  const changed = options.change?.(imported.content) ?? imported.content;
  const ballast = new Uint8Array(options.ballastBytes ?? 0);
  const ballastBlob = { path: 'ballast.bin', bytes: ballast.length, sha256: await sha256(ballast) };
  const content = ballast.length === 0 ? changed : { ...changed, blobs: [...changed.blobs, ballastBlob] };
  return publishVersion(
    store,
    {
      schema: 1,
      model,
      version,
      content,
      provenance: {
        publishedAt: new Date().toISOString(),
        publishedBy: 'a test',
        sourceFormat: content.format,
        tool: 'test',
      },
    },
    options.flip === false
      ? undefined
      : () => updatePointer(store, model, publishTransition(version, changeRecord()), { wait }),
    {
      id: randomUUID(),
      wait,
      read: async (blob) =>
        blob.path === ballastBlob.path ? ballast : readFile(imported.files.get(blob.path) ?? ''),
    },
  );
}
