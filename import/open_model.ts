import { type DetectedModel, detectFormat } from './detect_format.ts';
import { type SourceFormat, SUPPORTED_FORMATS } from './formats.ts';
import { type Imported, read, unsupported } from './imported.ts';
import { convertArchive } from './keras/convert_archive.ts';
import { convertH5 } from './keras/convert_keras.ts';
import { type ModelImport, readTfjsDirectory } from './tfjs_directory.ts';

export interface OpenModelOptions {
  /**
   * An empty directory for the converted model. What is returned names files in it: whoever made it removes
   * it, when these have been read.
   */
  readonly temporaryDirectory: string;
  /** Told what is being done, where it takes long. */
  readonly onProgress?: (text: string) => void;
}

/**
 * Reads a model of any supported format as what a version would consist of. tfjs directories are read where
 * they are; everything else is converted into the temporary directory and read from there. Examples and the
 * names of classes are taken from beside the model itself.
 *
 * @throws only for faults of the file system
 */
export async function openModel(path: string, options: OpenModelOptions): Promise<ModelImport> {
  const detected = await detectFormat(path);
  if (detected.kind !== 'read') return detected;
  const model = detected.value;
  const converted = await convertToTfjs(model, options);
  if (converted.kind !== 'read') return { ...converted, message: `${path}: ${converted.message}` };
  if (converted.value === undefined) return readTfjsDirectory(model.path);
  return readTfjsDirectory(options.temporaryDirectory, {
    examplesIn: model.directory,
    sourceFormat: converted.value,
  });
}

/** Writes a model into the temporary directory in tfjs's form; undefined where it is in that form already. */
async function convertToTfjs(
  model: DetectedModel,
  options: OpenModelOptions,
): Promise<Imported<SourceFormat | undefined>> {
  switch (model.kind) {
    case 'tfjs':
      return read(undefined);
    case 'keras-h5':
      return convertH5(model.path, options.temporaryDirectory, options);
    case 'keras-archive':
      return convertArchive(model.path, options.temporaryDirectory, options);
    case 'saved-model':
    case 'graph-def':
      return unsupported(`${model.kind} cannot be read yet. ${SUPPORTED_FORMATS}`);
  }
}
