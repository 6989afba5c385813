import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type FileKind, fileKind } from './files/file_kind.ts';
import { isKerasConfiguration, isTfjsModelFile } from './files/find_model_json.ts';
import { isExampleFile } from './files/sidecar_files.ts';
import { SUPPORTED_FORMATS } from './formats.ts';
import { type Imported, malformed, read, unsupported } from './import_result.ts';
import { isKerasArchive } from './keras/convert_archive.ts';

/** A model of a supported format. Paths are absolute. */
export interface DetectedModel {
  readonly kind: 'tfjs' | 'saved-model' | 'keras-h5' | 'keras-archive' | 'graph-def' | 'onnx' | 'tflite';
  /** The directory of a SavedModel, the JSON file of a tfjs model, or else the file. */
  readonly path: string;
  /** The directory of the model's examples. */
  readonly directory: string;
}

/** The descriptions of files that are not supported models. */
const OTHER_KINDS: Partial<Record<FileKind, string>> = {
  'meta-graph':
    "an export.meta of TensorFlow Serving's old session bundles, which TensorFlow itself no longer loads; save the model as a SavedModel",
  'saved-model': 'a SavedModel whose file has to be called saved_model.pb',
  zip: 'a zip archive that is no Keras model: it lacks config.json or model.weights.h5',
};

const KERAS_CONFIGURATION =
  'the configuration of a Keras model without its weights, as to_json writes it; save the whole model with model.save("model.keras") and publish that';

const SAVED_MODEL_FILE = 'saved_model.pb';
const SAVED_MODEL_TEXT_FILE = 'saved_model.pbtxt';

/**
 * Detects the format of a model by the content of its files, whatever their names are.
 *
 * @param path a file, or a directory with one model
 * @returns the model, or a sentence that describes what the path contains and which formats are supported
 */
export async function detectFormat(path: string): Promise<Imported<DetectedModel>> {
  const absolute = resolve(path);
  const description = await stat(absolute).catch(() => undefined);
  if (description === undefined) return malformed(`${path} does not exist`);
  if (description.isDirectory()) return detectInDirectory(absolute, path);
  // Any other kind, for example a named pipe, could block a reader forever.
  if (!description.isFile()) return malformed(`${path} is neither a file nor a directory`);
  return detectFile(absolute, path);
}

async function detectFile(file: string, shown: string): Promise<Imported<DetectedModel>> {
  const directory = dirname(file);
  if (basename(file) === SAVED_MODEL_FILE) return read({ kind: 'saved-model', path: directory, directory });
  const kind = await fileKind(file);
  const model = await modelOfKind(kind, file);
  if (model !== undefined) return read(model);
  if (kind === 'json' && (await isKerasConfiguration(directory, basename(file)))) {
    return refuse(`${shown} is ${KERAS_CONFIGURATION}`);
  }
  // A reader of tfjs's files says best what such a file lacks.
  if (kind === 'json') return read({ kind: 'tfjs', path: file, directory });
  return refuse(`${shown} is ${OTHER_KINDS[kind] ?? 'no model of a format that can be read'}`);
}

async function modelOfKind(kind: FileKind, path: string): Promise<DetectedModel | undefined> {
  const directory = dirname(path);
  switch (kind) {
    case 'hdf5':
      return { kind: 'keras-h5', path, directory };
    case 'zip':
      return (await isKerasArchive(path)) ? { kind: 'keras-archive', path, directory } : undefined;
    case 'graph-def':
      return { kind: 'graph-def', path, directory };
    case 'onnx':
      return { kind: 'onnx', path, directory };
    case 'tflite':
      return { kind: 'tflite', path, directory };
    default:
      return undefined;
  }
}

async function detectInDirectory(directory: string, shown: string): Promise<Imported<DetectedModel>> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.map(({ name }) => name).sort();
  const models: DetectedModel[] = [];
  const others = new Set<string>();
  if (names.includes(SAVED_MODEL_FILE)) models.push({ kind: 'saved-model', path: directory, directory });
  if (names.includes(SAVED_MODEL_TEXT_FILE)) others.add('a SavedModel in text form, saved_model.pbtxt');
  const modelJson = names.includes('model.json');
  const isConfiguration = modelJson && (await isKerasConfiguration(directory, 'model.json'));
  // What is called model.json is the model, whatever other files lie beside it, unless Keras wrote it.
  const hasModelJson = modelJson && !isConfiguration;
  if (isConfiguration) others.add(KERAS_CONFIGURATION);
  if (hasModelJson) models.push({ kind: 'tfjs', path: join(directory, 'model.json'), directory });
  for (const name of hasModelJson ? [] : names) {
    const path = join(directory, name);
    const description = await stat(path).catch(() => undefined);
    if (description?.isFile() !== true || isAnnex(name)) continue;
    const kind = await fileKind(path);
    const model = await modelOfKind(kind, path);
    const other = OTHER_KINDS[kind];
    if (model !== undefined) models.push(model);
    else if (kind === 'json') {
      if (await isTfjsModelFile(directory, name)) models.push({ kind: 'tfjs', path, directory });
    } else if (other !== undefined) others.add(other);
  }
  const [only, another] = models;
  if (only !== undefined && another === undefined) return read(only);
  if (another !== undefined) {
    const found = models.map(({ path }) => (path === directory ? SAVED_MODEL_FILE : basename(path)));
    return malformed(`${shown} holds several models, ${found.join(' and ')}: name the file of one of them`);
  }
  const versions = await versionDirectories(directory);
  const latest = versions.at(-1);
  if (latest !== undefined) {
    return malformed(
      `${shown} holds versions of a model, ${versions.join(', ')}: name the directory of one of them, ${join(shown, latest)}`,
    );
  }
  const [other] = others;
  return refuse(`${shown} holds ${other ?? 'no model'}`);
}

/** True for files next to a model that are not models. */
function isAnnex(name: string): boolean {
  return (
    isExampleFile(name) ||
    name === SAVED_MODEL_FILE ||
    name === 'fingerprint.pb' ||
    name === 'keras_metadata.pb'
  );
}

/** Returns the directories of versions: numbers, as in TensorFlow Serving, or numbers with dots. */
async function versionDirectories(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && /^\d+(\.\d+){0,2}$/.test(entry.name))
    .map(({ name }) => name)
    .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
}

function refuse(message: string): Imported<never> {
  return unsupported(`${message}. ${SUPPORTED_FORMATS}`);
}
