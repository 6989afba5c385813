import { join } from 'node:path';
import { type CopyRequest, copyModel, type ModelCopy } from '../../../scripts/copy/copy_model.ts';
import { newChangeRecord } from '../../../scripts/pointer/change_record.ts';
import { changePointerIn } from '../../../worker/registry/pointer/change/change_pointer.ts';
import type { ObjectStore } from '../../../worker/registry/storage/object_store.ts';
import { blobKey, manifestKey } from '../../../worker/registry/storage/storage_keys.ts';
import { readManifest } from '../../../worker/registry/version/version_store.ts';
import { writeGraphModel } from '../../fixtures/commands/model_directories.ts';
import { publish, wait } from '../../fixtures/commands/publishing.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { snapshot, temporaryRegistry } from '../../fixtures/commands/temporary_registry.ts';

export const folder = await temporaryFolder();
export const { store: source } = await temporaryRegistry();
export const { store: destination } = await temporaryRegistry();

/** Copies to the destination, or to a store around it. Changes take effect with their write. */
export function copy(
  model: string,
  request: Partial<CopyRequest> = {},
  to: ObjectStore = destination,
): Promise<ModelCopy> {
  return copyModel(
    source,
    { store: to, changePointer: changePointerIn(to, { wait, lease: { ms: 0, clockSkewMs: 0 } }) },
    model,
    {
      names: [],
      inUse: false,
      flip: false,
      labels: false,
      dryRun: false,
      record: newChangeRecord({ by: 'test' }),
      ...request,
    },
    { wait },
  );
}

export async function publishVersions(model: string, ...versions: string[]): Promise<void> {
  for (const version of versions) {
    await publish(source, await writeGraphModel(join(folder, model, version)), model);
  }
}

export async function textOf(store: ObjectStore, key: string): Promise<string> {
  const read = await store.get(key);
  if (read.kind !== 'found') throw new Error(`${key} is ${read.kind}`);
  return read.object.text();
}

export const put = (store: ObjectStore, key: string, text: string): Promise<unknown> =>
  store.put(key, new TextEncoder().encode(text), { condition: { kind: 'always' } });

/** The etags of everything below a model's prefix, and of the blobs of its versions. */
export async function contentsOf(
  store: ObjectStore,
  model: string,
  ...versions: string[]
): Promise<Record<string, string>> {
  const all = await snapshot(store);
  const keys: string[] = versions.map((version) => manifestKey(model, version));
  for (const version of versions) {
    const read = await readManifest(store, model, version);
    if (read.kind === 'found') keys.push(...read.manifest.content.blobs.map(({ sha256 }) => blobKey(sha256)));
  }
  return Object.fromEntries(keys.map((key) => [key, all[key] ?? 'missing']));
}
