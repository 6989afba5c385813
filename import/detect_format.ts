import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type FileKind, fileKind } from './files/file_kind.ts';
import { isTfjsModelFile } from './files/find_model_json.ts';
import { isExampleFile } from './files/sidecar_files.ts';
import { SUPPORTED_FORMATS } from './formats.ts';
import { type Imported, malformed, read, unsupported } from './import_result.ts';
import { isKerasArchive } from './keras/convert_archive.ts';

/** A model of a format that can be read. Paths are absolute. */
export interface DetectedModel {
  readonly kind: 'tfjs' | 'saved-model' | 'keras-h5' | 'keras-archive' | 'graph-def';
  /** Of a SavedModel its directory; of tfjs the JSON file; else the file. */
  readonly path: string;
  /** Where examples lie beside it. */
  readonly directory: string;
}

/** What a file of these kinds is to people, where it is no model that can be read. */
const OTHER_KINDS: Partial<Record<FileKind, string>> = {
  'meta-graph':
    "an export.meta of TensorFlow Serving's old session bundles, which TensorFlow itself no longer loads; save the model as a SavedModel",
  'saved-model': 'a SavedModel whose file has to be called saved_model.pb',
  onnx: 'an ONNX model',
  tflite: 'a TensorFlow Lite model',
  zip: 'a zip archive that is no Keras model: it lacks config.json or model.weights.h5',
};

const SAVED_MODEL_FILE = 'saved_model.pb';
const SAVED_MODEL_TEXT_FILE = 'saved_model.pbtxt';

/**
 * Tells what format a model is of by what its files hold, whatever they are called.
 *
 * @param path a file, or a directory that holds one model
 * @returns where nothing that can be read is there, a sentence that says what is there and what is supported
 */
export async function detectFormat(path: string): Promise<Imported<DetectedModel>> {
  const absolute = resolve(path);
  const description = await stat(absolute).catch(() => undefined);
  if (description === undefined) return malformed(`${path} does not exist`);
  if (description.isDirectory()) return detectInDirectory(absolute, path);
  // Anything else, a named pipe for one, could keep a reader waiting for ever.
  if (!description.isFile()) return malformed(`${path} is neither a file nor a directory`);
  return detectFile(absolute, path);
}

async function detectFile(file: string, shown: string): Promise<Imported<DetectedModel>> {
  const directory = dirname(file);
  if (basename(file) === SAVED_MODEL_FILE) return read({ kind: 'saved-model', path: directory, directory });
  const kind = await fileKind(file);
  const model = await modelOfKind(kind, file);
  if (model !== undefined) return read(model);
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
  // What is called model.json is the model, whatever other files lie beside it.
  const hasModelJson = names.includes('model.json');
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
    return malformed(`${shown} holds several models, ${found.join(' and ')}: name the file of the one meant`);
  }
  const versions = await versionDirectories(directory);
  const latest = versions.at(-1);
  if (latest !== undefined) {
    return malformed(
      `${shown} holds versions of a model, ${versions.join(', ')}: name the directory of the one meant, ${join(shown, latest)}`,
    );
  }
  const [other] = others;
  return refuse(`${shown} holds ${other ?? 'no model'}`);
}

/** Files that lie beside a model, and are none. */
function isAnnex(name: string): boolean {
  return (
    isExampleFile(name) ||
    name === SAVED_MODEL_FILE ||
    name === 'fingerprint.pb' ||
    name === 'keras_metadata.pb'
  );
}

/** As TensorFlow Serving lays out a model: directories with numbers for names, and here with dots in them. */
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
