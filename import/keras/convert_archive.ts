import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { ConvertGraphOptions } from '../convert_graph.ts';
import { ArchiveError, ZipArchive } from '../files/archive/zip_archive.ts';
import type { SourceFormat } from '../formats.ts';
import { type Imported, malformed, read } from '../import_result.ts';
import { withHdf5 } from './convert_keras.ts';
import { planConversion } from './plan_conversion.ts';
import { findArchiveWeights } from './weights/archive_weights.ts';
import type { ExpectedLayer } from './weights/expected_weights.ts';
import { writeConverted } from './write_converted.ts';

const CONFIGURATION_ENTRY = 'config.json';
const METADATA_ENTRY = 'metadata.json';
const WEIGHTS_ENTRY = 'model.weights.h5';
const ASSETS = 'assets/';

/** Bytes. */
const LARGEST_CONFIGURATION = 64 * 1024 * 1024;
const LARGEST_METADATA = 1024 * 1024;
/** Of all lists of words together, since they are in memory at once. */
const LARGEST_ASSETS = 128 * 1024 * 1024;
const LARGEST_WEIGHTS = 4 * 1024 ** 3;
/** What a file of weights may hold beside the weights: groups, names and the state of the training. */
const BESIDE_WEIGHTS = 64 * 1024 * 1024;
/** The bytes of a weight's element. Optimizers keep up to four values for each, and HDF5 has gaps. */
const BYTES_PER_ELEMENT = 64;

const MetadataSchema = v.object({ keras_version: v.string() });

/** Whether a zip file holds a Keras model. An archive that is not sound is taken for one, so that it is told what is wrong. */
export async function isKerasArchive(path: string): Promise<boolean> {
  try {
    const archive = await ZipArchive.open(path);
    await archive.close();
    return archive.has(CONFIGURATION_ENTRY) && archive.has(WEIGHTS_ENTRY);
  } catch (error) {
    if (error instanceof ArchiveError) return true;
    throw error;
  }
}

/**
 * Writes the model in a `.keras` archive into a directory in tfjs's form. The weights are unpacked into a
 * file in that directory meanwhile.
 *
 * @throws only for faults of the file system
 */
export async function convertArchive(
  path: string,
  directory: string,
  options: ConvertGraphOptions = {},
): Promise<Imported<SourceFormat>> {
  const weights = join(directory, `${WEIGHTS_ENTRY}.unpacked`);
  let archive: ZipArchive | undefined;
  try {
    archive = await ZipArchive.open(path);
    const version = await readVersion(archive);
    if (version.kind !== 'read') return version;
    const text = await archive.text(CONFIGURATION_ENTRY, LARGEST_CONFIGURATION);
    const model = await planConversion(
      text,
      version.value,
      options.integers !== undefined,
      await readAssets(archive),
    );
    if (model.kind !== 'read') return { ...model, message: `${CONFIGURATION_ENTRY}: ${model.message}` };
    const { sources, expected } = model.value;
    options.onProgress?.('Unpacking the weights');
    await archive.extract(WEIGHTS_ENTRY, weights, mostWeights(expected));
    const written = await withHdf5(weights, async (file) => {
      const found = await findArchiveWeights(file, '', sources, expected);
      return found.kind === 'read'
        ? writeConverted(file, model.value, found.value, directory, options)
        : found;
    });
    if (written.kind === 'read') return read('keras-v3');
    return { ...written, message: `${WEIGHTS_ENTRY}: ${written.message}` };
  } catch (error) {
    if (error instanceof ArchiveError) return malformed(error.message);
    throw error;
  } finally {
    await archive?.close();
    await rm(weights, { force: true });
  }
}

/** Limits what the weights may unpack to by what the layers need. A small archive could fill the disk otherwise. */
function mostWeights(layers: readonly ExpectedLayer[]): number {
  const elements = layers
    .flatMap(({ weights }) => weights)
    .map(({ shape }) =>
      shape.reduce((count, size) => (size < 0 ? Number.POSITIVE_INFINITY : count * size), 1),
    );
  const needed = elements.reduce((sum, count) => sum + count * BYTES_PER_ELEMENT, BESIDE_WEIGHTS);
  return Math.min(LARGEST_WEIGHTS, needed);
}

/** The lists of words that layers look things up in. Windows puts backslashes into the names. */
async function readAssets(archive: ZipArchive): Promise<Map<string, string>> {
  const assets = new Map<string, string>();
  let left = LARGEST_ASSETS;
  for (const name of archive.names) {
    const path = name.replaceAll('\\', '/');
    if (!path.startsWith(ASSETS) || !path.endsWith('.txt')) continue;
    const text = await archive.text(name, left);
    left -= Buffer.byteLength(text);
    assets.set(path.slice(ASSETS.length), text);
  }
  return assets;
}

async function readVersion(archive: ZipArchive): Promise<Imported<string>> {
  const text = await archive.text(METADATA_ENTRY, LARGEST_METADATA);
  try {
    return read(v.parse(MetadataSchema, JSON.parse(text)).keras_version);
  } catch {
    return malformed(`${METADATA_ENTRY} does not tell the version of Keras`);
  }
}
