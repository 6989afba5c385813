import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Blob } from '../../worker/model/content.ts';

/**
 * Reads the bytes of a blob on demand, so that one file at a time is in memory.
 *
 * @throws if the file has changed since its digest was computed
 */
export async function readBlob(
  files: ReadonlyMap<string, string>,
  { path, sha256 }: Blob,
): Promise<Uint8Array> {
  const file = files.get(path);
  if (file === undefined) throw new Error(`the import has no file for ${path}`);
  const bytes = await readFile(file);
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw new Error(`${file} changed while it was being published; run this again`);
  }
  return bytes;
}
