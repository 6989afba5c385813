import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WRANGLER_PACKAGE } from '../files/load_wrangler.ts';
import { PROJECT_ROOT } from '../files/package_root.ts';

const DIRECTORY = join(PROJECT_ROOT, '.wrangler', 'configuration');

/** Configurations and environments that are kept; the least recently written ones are removed. */
const KEPT = 100;

/**
 * Returns what wrangler reads in a configuration, from an earlier command if wrangler and the file are the same: loading
 * wrangler takes longer than the rest of most commands.
 *
 * @param read reads it by wrangler
 */
export async function keptConfiguration(
  path: string,
  environment: string,
  read: () => Promise<object>,
): Promise<unknown> {
  const contents = await readFile(path).catch(() => undefined);
  // wrangler reports what is wrong.
  if (contents === undefined) return read();
  const digest = createHash('sha256')
    .update(await readFile(WRANGLER_PACKAGE))
    .update(JSON.stringify([path, environment]))
    .update(contents)
    .digest('hex');
  const file = join(DIRECTORY, `${digest}.json`);
  const kept = await readJson(file);
  if (kept !== undefined) return kept;
  const text = JSON.stringify(await read());
  await keep(file, text);
  return JSON.parse(text);
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Nothing depends on it: a folder that cannot be written makes later commands slower. */
async function keep(file: string, text: string): Promise<void> {
  try {
    const { writeWholeFile } = await import('../../import/files/write_whole_file.ts');
    await mkdir(DIRECTORY, { recursive: true });
    await writeWholeFile(file, text, { replace: true });
    const files: { readonly path: string; readonly time: number }[] = [];
    for (const name of await readdir(DIRECTORY)) {
      const path = join(DIRECTORY, name);
      files.push({ path, time: (await stat(path)).mtimeMs });
    }
    files.sort((left, right) => right.time - left.time);
    for (const { path } of files.slice(KEPT)) await rm(path, { force: true });
  } catch {
    // Another command may have removed a file at the same moment.
  }
}
