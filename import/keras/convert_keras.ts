import type { ConvertGraphOptions } from '../convert_graph.ts';
import type { SourceFormat } from '../formats.ts';
import { type Imported, type ImportProblem, malformed, read, unsupported } from '../import_result.ts';
import { Hdf5Error, Hdf5File } from './hdf5/hdf5_file.ts';
import { planConversion } from './plan_conversion.ts';
import { findH5Weights } from './weights/h5_weights.ts';
import { writeConverted } from './write_converted.ts';

/**
 * Writes the model in a Keras `.h5` file into a directory in tfjs's form. One tensor is in memory at a time.
 *
 * @throws only for faults of the file system
 */
export async function convertH5(
  path: string,
  directory: string,
  options: ConvertGraphOptions = {},
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
    const model = await planConversion(configuration, version, options.integers !== undefined);
    if (model.kind !== 'read') return { ...model, message: `model_config: ${model.message}` };
    const { sources, expected } = model.value;
    const found = await findH5Weights(file, '/model_weights', sources, expected);
    if (found.kind !== 'read') return found;
    const written = await writeConverted(file, model.value, found.value, directory, options);
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

/** Runs an action over the file, whose faults become problems of the model. */
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
