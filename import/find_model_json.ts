import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { type Imported, malformed, read, unsupported } from './imported.ts';
import { isJsonObject } from './json.ts';
import { findModelFile, type ModelFile } from './model_files.ts';

export const SUPPORTED_FORMATS =
  'tfjs GraphModel and tfjs LayersModel: a directory with model.json (or one other JSON file with a "modelTopology") and the files of weights that it names';

/** Examples for a model lie beside it and are no model. */
export const WARMUP_FILE = 'warmup.json';
export const GOLDEN_FILE = 'golden.json';

/** What people are likely to have instead, by the name of a file that only it has. */
const OTHER_FORMATS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^saved_model\.pb(txt)?$/, 'a TensorFlow SavedModel'],
  [/\.(h5|hdf5|keras)$/, 'a Keras model'],
  [/\.onnx$/, 'an ONNX model'],
  [/\.tflite$/, 'a TensorFlow Lite model'],
  [/\.pb$/, 'a frozen TensorFlow graph'],
];

export interface FoundModel {
  /** Absolute. */
  readonly directory: string;
  readonly topology: ModelFile;
}

/**
 * Finds the JSON file of a tfjs model: the path itself, model.json in it, or the one other JSON file in it
 * that has a topology (files keep their own names).
 */
export async function findModelJson(path: string): Promise<Imported<FoundModel>> {
  const absolute = resolve(path);
  const kind = await pathKind(absolute);
  if (kind === 'missing') return malformed(`${path} does not exist`);
  if (kind === 'file') {
    const other = otherFormat([basename(absolute)]);
    if (other !== undefined) return notTfjs(`${path} is ${other}`);
    return found(dirname(absolute), basename(absolute));
  }
  const names = await readdir(absolute);
  if (names.includes('model.json')) return found(absolute, 'model.json');
  const candidates: string[] = [];
  for (const name of names.sort()) {
    if (await hasTopology(absolute, name)) candidates.push(name);
  }
  const [only, another] = candidates;
  if (only === undefined) {
    return notTfjs(`${path} holds ${otherFormat(names) ?? 'no tfjs model'}`);
  }
  if (another !== undefined) {
    return malformed(
      `${path} holds several models, ${candidates.join(' and ')}: name the file of the one meant`,
    );
  }
  return found(absolute, only);
}

async function found(directory: string, name: string): Promise<Imported<FoundModel>> {
  const file = await findModelFile(directory, name);
  return file.kind === 'read' ? read({ directory, topology: file.value }) : file;
}

async function pathKind(path: string): Promise<'file' | 'directory' | 'missing'> {
  try {
    return (await stat(path)).isDirectory() ? 'directory' : 'file';
  } catch {
    return 'missing';
  }
}

async function hasTopology(directory: string, name: string): Promise<boolean> {
  if (!name.endsWith('.json') || name === WARMUP_FILE || name === GOLDEN_FILE) return false;
  const file = await findModelFile(directory, name);
  if (file.kind !== 'read') return false;
  try {
    const json: unknown = JSON.parse(await readFile(file.value.absolutePath, 'utf8'));
    return isJsonObject(json) && 'modelTopology' in json;
  } catch {
    return false;
  }
}

function otherFormat(names: readonly string[]): string | undefined {
  return OTHER_FORMATS.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1];
}

function notTfjs(message: string): Imported<never> {
  return unsupported(`${message}. Supported: ${SUPPORTED_FORMATS}`);
}
