import { join } from 'node:path';
import { type ModelImport, readTfjsDirectory } from '../../../import/tfjs/tfjs_directory.ts';
import type { ModelContent } from '../../../worker/registry/version/manifest.ts';
import { type Files, GRAPH_MODEL, LAYERS_MODEL, writeFiles } from './model_directories.ts';
import { temporaryFolder } from './temporary_folder.ts';

const folder = await temporaryFolder();
let made = 0;

/** a = 0.5 and b = 2. */
export const GRAPH_WEIGHTS = new Uint8Array(Float32Array.of(0.5, 2).buffer);
const LAYERS_WEIGHTS = new Uint8Array(8 * 4);

/** A folder that is not there yet; all of them lie beside each other. */
export const nextFolder = (): string => join(folder, String(++made));

export async function importFiles(files: Files): Promise<ModelImport> {
  return readTfjsDirectory(await writeFiles(nextFolder(), files));
}

/** Imports the small graph model with some members of its JSON replaced and other files beside it. */
export const importGraph = (json: object, others: Files = {}): Promise<ModelImport> =>
  importFiles({ 'model.json': { ...GRAPH_MODEL, ...json }, 'weights.bin': GRAPH_WEIGHTS, ...others });

/** The same with the small layers model. */
export const importLayers = (json: object, others: Files = {}): Promise<ModelImport> =>
  importFiles({ 'model.json': { ...LAYERS_MODEL, ...json }, 'weights.bin': LAYERS_WEIGHTS, ...others });

/** What came of an import, to match against. */
export function problem(result: ModelImport): string {
  return result.kind === 'read' ? 'read' : `${result.kind}: ${result.message}`;
}

export function content(result: ModelImport): ModelContent {
  if (result.kind !== 'read') throw new Error(result.message);
  return result.content;
}
