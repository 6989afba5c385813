import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { changePointerIn } from '../../worker/registry/pointer/change/change_pointer.ts';
import { DEFAULT_LEASE } from '../../worker/registry/pointer/moment.ts';
import { requirePointer } from '../../worker/registry/pointer/pointer_store.ts';
import type { ObjectStore } from '../../worker/registry/storage/object_store.ts';
import { wait } from '../../worker/registry/storage/waiting.ts';
import { FIRST_VERSION } from '../../worker/registry/version/version.ts';
import { PROJECT_ROOT, toolVersion } from '../files/package_root.ts';
import { newChangeRecord } from '../pointer/change_record.ts';
import { publishModel } from '../publish/publish_model.ts';

const SAMPLE_MODELS = join(PROJECT_ROOT, 'models');

/** Publishes the first version of every sample model that has no current version. */
export async function publishSampleModels(store: ObjectStore, tell: (text: string) => void): Promise<void> {
  const tool = await toolVersion();
  for (const model of await sampleModels()) {
    if ((await requirePointer(store, model)) !== undefined) continue;
    tell(`Publishing ${model} ${FIRST_VERSION}`);
    const outcome = await publishModel(
      store,
      {
        path: join(SAMPLE_MODELS, model, FIRST_VERSION),
        model,
        version: FIRST_VERSION,
        flip: true,
        record: newChangeRecord({ reason: 'sample model' }),
        tool,
      },
      { wait, changePointer: changePointerIn(store, { wait, lease: DEFAULT_LEASE }) },
    );
    if (outcome.kind === 'refused') throw new Error(`${model} cannot be published: ${outcome.reason}`);
  }
}

/** Returns the folders that contain a first version. Others contain shared files of the models' scripts. */
async function sampleModels(): Promise<string[]> {
  const models: string[] = [];
  // A project need not have the folder.
  const names = await readdir(SAMPLE_MODELS).catch(() => []);
  for (const name of names.sort()) {
    const version = await stat(join(SAMPLE_MODELS, name, FIRST_VERSION)).catch(() => undefined);
    if (version?.isDirectory()) models.push(name);
  }
  return models;
}
