import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openModel } from '../../../import/open_model.ts';
import type { ModelImport } from '../../../import/tfjs/tfjs_directory.ts';
import type { PlainTensor } from './hdf5_writer.ts';
import { writeKerasArchive } from './keras_files.ts';
import { loadDirectory, runLayers } from './run_layers.ts';

let made = 0;

/** Imports a file of these bytes. @param folder in which it, and what it is converted to, may lie */
export async function importBytes(
  folder: string,
  name: string,
  bytes: Uint8Array,
): Promise<{ readonly imported: ModelImport; readonly converted: string }> {
  const directory = join(folder, String(++made));
  const converted = join(directory, 'converted');
  await mkdir(converted, { recursive: true });
  await writeFile(join(directory, name), bytes);
  return { imported: await openModel(join(directory, name), { temporaryDirectory: converted }), converted };
}

/** A layer as Keras 3 serialises it. */
export function layer(className: string, config: object): object {
  return { module: 'keras.layers', class_name: className, config, registered_name: null };
}

/** A Sequential as Keras 3 serialises it, its input first. */
export function sequential3(shape: readonly (number | null)[], layers: readonly object[]): object {
  const first = layer('InputLayer', { batch_shape: [null, ...shape], dtype: 'float32', name: 'in' });
  return {
    module: 'keras',
    class_name: 'Sequential',
    config: { name: 'model', layers: [first, ...layers] },
    registered_name: null,
  };
}

/** What a model of Keras 3 answers once it is imported, or why it is not. */
export async function ask(
  folder: string,
  configuration: object,
  variables: Readonly<Record<string, PlainTensor>>,
  input: PlainTensor,
): Promise<readonly number[] | string> {
  const bytes = await writeKerasArchive(configuration, variables);
  const { imported, converted } = await importBytes(folder, 'model.keras', bytes);
  if (imported.kind !== 'read') return imported.message;
  const [answer] = runLayers(await loadDirectory(converted), [input]);
  return Array.from(answer?.values ?? []);
}
