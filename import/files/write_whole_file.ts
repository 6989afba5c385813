import { randomUUID } from 'node:crypto';
import { link, rename, rm, writeFile } from 'node:fs/promises';

/**
 * Writes a file completely or not at all.
 *
 * @returns false if the file exists and must not be replaced
 */
export async function writeWholeFile(
  path: string,
  contents: string | Uint8Array,
  { replace, mode = 0o666 }: { readonly replace: boolean; readonly mode?: number },
): Promise<boolean> {
  const unfinished = `${path}.${randomUUID()}`;
  try {
    await writeFile(unfinished, contents, { flag: 'wx', mode });
    if (replace) {
      await rename(unfinished, path);
      return true;
    }
    // Unlike rename, link fails if the name exists.
    await link(unfinished, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(unfinished, { force: true });
  }
}
