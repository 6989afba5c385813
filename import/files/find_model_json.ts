import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { isJsonObject, type JsonObject } from '../../worker/model/json_object.ts';
import { SUPPORTED_FORMATS } from '../formats.ts';
import { type Imported, malformed, read, unsupported } from '../import_result.ts';
import { LARGEST_JSON } from './json_files.ts';
import { findModelFile, type ModelFile } from './model_files.ts';
import { isExampleFile } from './sidecar_files.ts';

export interface FoundModel {
  /** Absolute. */
  readonly directory: string;
  readonly topology: ModelFile;
}

/**
 * Finds the JSON file of a tfjs model: the path itself, model.json in it, or the only JSON file in it with a topology.
 */
export async function findModelJson(path: string): Promise<Imported<FoundModel>> {
  const absolute = resolve(path);
  const kind = await pathKind(absolute);
  if (kind === 'missing') return malformed(`${path} does not exist`);
  if (kind === 'file') return found(dirname(absolute), basename(absolute));
  const names = await readdir(absolute);
  if (names.includes('model.json')) return found(absolute, 'model.json');
  const candidates: string[] = [];
  for (const name of names.sort()) {
    if (await isTfjsModelFile(absolute, name)) candidates.push(name);
  }
  const [only, another] = candidates;
  if (only === undefined) {
    return unsupported(`${path} contains no tfjs model. ${SUPPORTED_FORMATS}`);
  }
  if (another !== undefined) {
    return malformed(
      `${path} holds several models, ${candidates.join(' and ')}: name the file of one of them`,
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

/** True if a file is JSON with a topology. */
export async function isTfjsModelFile(directory: string, name: string): Promise<boolean> {
  const json = await jsonObject(directory, name);
  return json !== undefined && 'modelTopology' in json;
}

/** Whether a file is the configuration of a Keras model alone. */
export async function isKerasConfiguration(directory: string, name: string): Promise<boolean> {
  const json = await jsonObject(directory, name);
  return json !== undefined && typeof json.class_name === 'string' && 'config' in json;
}

async function jsonObject(directory: string, name: string): Promise<JsonObject | undefined> {
  if (!name.endsWith('.json') || isExampleFile(name)) return undefined;
  const file = await findModelFile(directory, name);
  if (file.kind !== 'read' || file.value.bytes > LARGEST_JSON) return undefined;
  try {
    const json: unknown = JSON.parse(await readFile(file.value.absolutePath, 'utf8'));
    return isJsonObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}
