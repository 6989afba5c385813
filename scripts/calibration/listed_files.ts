import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Imported, malformed, read } from '../../import/import_result.ts';

export interface ListedFile {
  readonly path: string;
  /** Whether it was named itself, and not its folder. */
  readonly isNamed: boolean;
}

/**
 * Returns the files, in place of folders those that they have, by name. Hidden ones are left out. Of a folder with more than
 * `mostOfFolder`, some are taken that are evenly spread, since neighbors by name are often of one kind.
 */
export async function listFiles(
  paths: readonly string[],
  mostOfFolder: number,
  onProgress?: (text: string) => void,
): Promise<Imported<readonly ListedFile[]>> {
  const files: ListedFile[] = [];
  for (const path of paths) {
    const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
    if (!isFolder) {
      files.push({ path, isNamed: true });
      continue;
    }
    const names = (await readdir(path)).filter((name) => !name.startsWith('.')).sort();
    if (names.length === 0)
      return malformed(`${path}: the folder has no files: name one with images or requests`);
    const taken = evenly(names, mostOfFolder);
    if (taken.length < names.length)
      onProgress?.(`${path}: ${taken.length} of ${names.length} files are taken, evenly spread by name`);
    files.push(...taken.map((name) => ({ path: join(path, name), isNamed: false })));
  }
  return read(files);
}

/** Returns all items, or `most` of them at equal distances. */
function evenly<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items;
  return items.filter(
    (_, index) =>
      Math.floor((index * most) / items.length) !== Math.floor(((index - 1) * most) / items.length),
  );
}
