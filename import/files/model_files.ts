import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep, win32 } from 'node:path';
import type { Blob } from '../../worker/model/content.ts';
import { type Imported, malformed, read } from '../import_result.ts';

/** An existing file of a model inside the model's directory. */
export interface ModelFile {
  /** The path as the model's files state it. It may begin with `../`. */
  readonly path: string;
  readonly absolutePath: string;
  readonly bytes: number;
}

/**
 * Finds a file of a model by its path in the model's directory. It never reads a file outside of the directory, since a
 * model may come from anywhere and its files are published.
 */
export async function findModelFile(directory: string, path: string): Promise<Imported<ModelFile>> {
  if (!staysInside(path)) return malformed(`"${path}" is not a path inside the model's directory`);
  const absolutePath = join(directory, path);
  let target: string;
  try {
    target = await realpath(absolutePath);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return malformed(`there is no file "${path}" in ${directory}`);
  }
  if (!isInside(await realpath(directory), target)) {
    return malformed(`"${path}" is a link out of the model's directory; put the file itself there`);
  }
  const description = await stat(target);
  // Any other kind, for example a named pipe, could block a reader forever.
  if (!description.isFile()) return malformed(`"${path}" is not a file`);
  return read({ path, absolutePath, bytes: description.size });
}

/** Describes the file as a blob of a manifest. It computes the digest from a stream. */
export async function describeBlob({ path, absolutePath }: ModelFile): Promise<Blob> {
  const digest = createHash('sha256');
  let bytes = 0;
  for await (const piece of createReadStream(absolutePath)) {
    digest.update(piece);
    bytes += piece.length;
  }
  return { path, sha256: digest.digest('hex'), bytes };
}

/** Reads the text of a file without a byte order mark. */
export async function readText({ absolutePath }: ModelFile): Promise<string> {
  return new TextDecoder().decode(await readFile(absolutePath));
}

/**
 * Returns true if a path stays inside its directory. Windows' separators and drives are refused on every system, so
 * that a model is the same on all of them.
 */
function staysInside(path: string): boolean {
  return (
    path !== '' &&
    !isAbsolute(path) &&
    !win32.isAbsolute(path) &&
    !/[\\\0]/.test(path) &&
    !/^[A-Za-z]:/.test(path) &&
    !path.split('/').includes('..')
  );
}

function isInside(directory: string, target: string): boolean {
  const path = relative(directory, target);
  return path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}

function isMissing(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  const codes: readonly unknown[] = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'];
  return codes.includes(error.code);
}
