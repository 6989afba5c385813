import type { SourceFormat } from '../formats.ts';
import { type Imported, type ImportProblem, malformed, read, unsupported } from '../import_result.ts';
import type { QuantizationMode } from '../tfjs/writer/quantize.ts';
import { writeLayersModel } from '../tfjs/writer/write_layers_model.ts';
import { occasionally } from '../throttle_progress.ts';
import type { ConvertedConfiguration } from './conversion.ts';
import { convertConfiguration } from './convert_configuration.ts';
import { Hdf5Error, Hdf5File } from './hdf5/hdf5_file.ts';
import type { ExpectedLayer } from './weights/expected_weights.ts';
import { expectedWeights } from './weights/expected_weights.ts';
import type { FoundWeight } from './weights/found_weight.ts';
import { findH5Weights } from './weights/h5_weights.ts';
import { namedWeights } from './weights/keras_weights.ts';

export interface ConvertKerasOptions {
  readonly quantize?: QuantizationMode;
  readonly onProgress?: (text: string) => void;
}

/**
 * Writes the model in a Keras `.h5` file to a directory as a tfjs LayersModel. One tensor is in memory at a time.
 *
 * @throws only for faults of the file system
 */
export async function convertH5(
  path: string,
  directory: string,
  options: ConvertKerasOptions = {},
): Promise<Imported<SourceFormat>> {
  return withHdf5(path, async (file) => {
    const configuration = await file.attribute('/', 'model_config');
    if (typeof configuration !== 'string') return withoutConfiguration(file);
    const backend = await file.attribute('/', 'backend');
    if (backend === 'theano') {
      return unsupported(
        'was saved by Keras over Theano, whose convolutions are mirrored; save it over TensorFlow',
      );
    }
    const version = await file.attribute('/', 'keras_version');
    const model = parseConfiguration(configuration, version);
    if (model.kind !== 'read') return { ...model, message: `model_config: ${model.message}` };
    const written = await writeModel(file, model.value, directory, options, (layers) =>
      findH5Weights(file, '/model_weights', model.value.sources, layers),
    );
    return written.kind === 'read' ? read('keras-h5') : written;
  });
}

async function withoutConfiguration(file: Hdf5File): Promise<ImportProblem> {
  const hasWeights = (await file.attribute('/', 'layer_names')) !== undefined;
  return hasWeights
    ? unsupported(
        'holds weights alone, without the configuration of a model: save it with model.save, not save_weights',
      )
    : unsupported('is an HDF5 file without the configuration of a Keras model');
}

/** Runs an action on an HDF5 file. Errors of the file become problems of the model. */
export async function withHdf5<T>(
  path: string,
  action: (file: Hdf5File) => Promise<Imported<T>>,
): Promise<Imported<T>> {
  let file: Hdf5File | undefined;
  try {
    file = await Hdf5File.open(path);
    return await action(file);
  } catch (error) {
    if (error instanceof Hdf5Error) return malformed(error.message);
    throw error;
  } finally {
    await file?.close();
  }
}

/**
 * Parses and converts the configuration of a model.
 *
 * @param version the version of Keras. A file without one is older than Keras 3
 */
export function parseConfiguration(text: string, version: unknown): Imported<ConvertedConfiguration> {
  let configuration: unknown;
  try {
    configuration = JSON.parse(text);
  } catch {
    return malformed('is not JSON');
  }
  const major = typeof version === 'string' ? Number.parseInt(version, 10) : 2;
  if (major === 1)
    return unsupported('Keras 1 configured layers in other words; save the model with Keras 2');
  const converted = convertConfiguration(configuration, major >= 3 ? 3 : 2);
  return typeof converted === 'string' ? unsupported(converted) : read(converted);
}

export async function writeModel(
  file: Hdf5File,
  { model, sources }: ConvertedConfiguration,
  directory: string,
  { quantize, onProgress }: ConvertKerasOptions,
  find: (layers: readonly ExpectedLayer[]) => Promise<Imported<FoundWeight[]>>,
): Promise<Imported<undefined>> {
  const expected = await expectedWeights(model);
  if (expected.kind !== 'read') return expected;
  const found = await find(expected.value);
  if (found.kind !== 'read') return found;
  const count = found.value.length;
  const progress = occasionally(onProgress);
  await writeLayersModel({ model_config: model }, namedWeights(file, found.value, sources), directory, {
    generatedBy: 'Keras',
    ...(quantize === undefined ? {} : { quantize }),
    onProgress: ({ weights }) => progress(`Converting weights: ${weights} of ${count}`),
  });
  return read(undefined);
}
