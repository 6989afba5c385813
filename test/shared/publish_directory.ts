import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { openModel } from '../../import/open_model.ts';
import { withTemporaryDirectory } from '../../scripts/shared/temporary_directory.ts';
import type { ModelContent } from '../../worker/registry/manifest.ts';
import type { ObjectStore } from '../../worker/registry/object_store.ts';
import { type ChangeRecord, publishTransition } from '../../worker/registry/pointer_transitions.ts';
import { type PublicationResult, publishVersion } from '../../worker/registry/publication.ts';
import { REPOSITORY } from './built_worker.ts';

export const SAMPLES = path.join(REPOSITORY, 'models');

export const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

export const changeRecord = (): ChangeRecord => ({
  id: randomUUID(),
  at: new Date().toISOString(),
  by: 'a test',
});

/** Publishes a model directory and flips to it, unless told otherwise. `change` edits what was read. */
export async function publishDirectory(
  store: ObjectStore,
  directory: string,
  model: string,
  version: string,
  options: { readonly flip?: boolean; readonly change?: (content: ModelContent) => ModelContent } = {},
): Promise<PublicationResult> {
  return withTemporaryDirectory((temporaryDirectory) =>
    publishOpened(store, directory, model, version, { ...options, temporaryDirectory }),
  );
}

async function publishOpened(
  store: ObjectStore,
  directory: string,
  model: string,
  version: string,
  options: {
    readonly flip?: boolean;
    readonly change?: (content: ModelContent) => ModelContent;
    readonly temporaryDirectory: string;
  },
): Promise<PublicationResult> {
  const imported = await openModel(directory, options);
  if (imported.kind !== 'read') throw new Error(imported.message);
  const content = options.change?.(imported.content) ?? imported.content;
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
    options.flip === false ? undefined : publishTransition(version, changeRecord()),
    {
      id: randomUUID(),
      wait,
      read: async (blob) => readFile(imported.files.get(blob.path) ?? ''),
    },
  );
}
