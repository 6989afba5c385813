import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { detectFormat } from './detect_format.ts';
import { embedFiles } from './examples/embed_files.ts';
import { isExampleFile } from './files/sidecar_files.ts';
import { type ImportProblem, malformed } from './import_result.ts';
import { type OpenModelOptions, openModel } from './open_model.ts';
import { type ModelImport, readTfjsDirectory } from './tfjs/tfjs_directory.ts';

export interface ConvertModelOptions extends Omit<OpenModelOptions, 'temporaryDirectory'> {
  /** True to replace an existing output. */
  readonly force: boolean;
}

/**
 * Writes a model of any supported format to a directory in tfjs's format, with its examples. It writes next to the
 * output and then renames, so that the output is never incomplete.
 *
 * @returns the written model, or why nothing was written
 * @throws only for faults of the file system
 */
export async function convertModel(
  path: string,
  output: string,
  options: ConvertModelOptions,
): Promise<ModelImport> {
  const target = resolve(output);
  const refusal = await occupied(target, output, options.force);
  if (refusal !== undefined) return refusal;
  const detected = await detectFormat(path);
  if (detected.kind !== 'read') return detected;
  if (isSameOrInside(detected.value.path, target) || isSameOrInside(target, detected.value.path)) {
    return malformed(`${output} is where the model itself lies: name another output directory`);
  }
  await mkdir(dirname(target), { recursive: true });
  const written = `${target}.partial-${randomBytes(6).toString('hex')}`;
  await mkdir(written);
  try {
    const imported = await openModel(path, { ...options, temporaryDirectory: written });
    if (imported.kind !== 'read') return imported;
    await copyInto(written, imported, detected.value.directory);
    await replace(target, written);
    return readTfjsDirectory(join(target, imported.content.topology), {
      sourceFormat: imported.sourceFormat,
    });
  } finally {
    await rm(written, { recursive: true, force: true });
  }
}

async function occupied(target: string, shown: string, force: boolean): Promise<ImportProblem | undefined> {
  const description = await stat(target).catch(() => undefined);
  if (description === undefined) return undefined;
  if (!description.isDirectory()) return malformed(`${shown} is a file: name a directory for the output`);
  if (force || (await readdir(target)).length === 0) return undefined;
  return malformed(`${shown} is not empty: name another output directory, or replace it with --force`);
}

/** Copies a model that is already in tfjs's format, and the examples of any model. */
async function copyInto(
  directory: string,
  { files }: Extract<ModelImport, { kind: 'read' }>,
  examplesIn: string,
): Promise<void> {
  for (const [path, file] of files) {
    const copy = join(directory, path);
    if (file === copy) continue;
    await mkdir(dirname(copy), { recursive: true });
    await copyFile(file, copy);
  }
  for (const name of await readdir(examplesIn)) {
    if (isExampleFile(name)) await copyExamples(join(examplesIn, name), join(directory, name));
  }
}

/** The files that examples name do not lie beside the copy: their bytes go into it. */
async function copyExamples(path: string, copy: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  const embedded = text.includes('"file"') ? await embedFiles(JSON.parse(text), dirname(path)) : undefined;
  if (embedded?.kind === 'read') await writeFile(copy, `${JSON.stringify(embedded.value)}\n`);
  else await copyFile(path, copy);
}

async function replace(target: string, written: string): Promise<void> {
  const isThere = (await stat(target).catch(() => undefined)) !== undefined;
  if (!isThere) return rename(written, target);
  if ((await readdir(target)).length === 0) {
    await rmdir(target);
    return rename(written, target);
  }
  const old = `${written}.replaced`;
  await rename(target, old);
  try {
    await rename(written, target);
  } catch (error) {
    await rename(old, target);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}

function isSameOrInside(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}${sep}`);
}
