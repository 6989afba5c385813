import { ZipArchive } from '../files/archive/zip_archive.ts';
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
