import * as v from 'valibot';
import { ModelJsonSchema } from '../../worker/model/model_json.ts';
import { ZipArchive } from '../files/archive/zip_archive.ts';
import { findModelJson } from '../files/find_model_json.ts';
import { readJson } from '../files/json_files.ts';
import { read } from '../import_result.ts';
import { withHdf5 } from './convert_keras.ts';

/** Bytes. */
const LARGEST_CONFIGURATION = 64 * 1024 * 1024;

/** The JSON of the configuration in a `.keras` archive that was read before. */
export async function archiveConfiguration(path: string): Promise<string> {
  const archive = await ZipArchive.open(path);
  try {
    return await archive.text('config.json', LARGEST_CONFIGURATION);
  } finally {
    await archive.close();
  }
}

/** The JSON of the configuration in an `.h5` file that was read before. */
export async function h5Configuration(path: string): Promise<string | undefined> {
  const configuration = await withHdf5(path, async (file) => read(await file.attribute('/', 'model_config')));
  return configuration.kind === 'read' && typeof configuration.value === 'string'
    ? configuration.value
    : undefined;
}

/** The configuration of a tfjs LayersModel; undefined for a GraphModel. */
export async function tfjsConfiguration(path: string): Promise<unknown> {
  const found = await findModelJson(path);
  const json = found.kind === 'read' ? await readJson(found.value.topology) : found;
  const parsed = v.safeParse(ModelJsonSchema, json.kind === 'read' ? json.value : undefined);
  return parsed.success
    ? (parsed.output.modelTopology.model_config ?? parsed.output.modelTopology)
    : undefined;
}
