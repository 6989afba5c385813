import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { withTemporaryDirectory } from '../../../scripts/files/temporary_directory.ts';

const present = async (path: string): Promise<boolean> => (await readdir(tmpdir())).includes(basename(path));

test('a directory is removed after its action, and after its process was killed', async () => {
  // A process that has ended.
  const ended = spawnSync(process.execPath, ['--version']).pid;
  const orphan = join(tmpdir(), `edge-serving-convert-${ended}-orphan`);
  const foreign = await mkdtemp(join(tmpdir(), `edge-serving-test-${ended}-`));
  await mkdir(orphan);
  const directory = await withTemporaryDirectory(async (own) => {
    // Another one at the same time does not remove it.
    await withTemporaryDirectory(async () => expect(await present(own)).toBe(true));
    expect(await present(own)).toBe(true);
    return own;
  });
  expect(await present(directory)).toBe(false);
  expect(await present(orphan)).toBe(false);
  expect(await present(foreign)).toBe(true);
  await rm(foreign, { recursive: true });
});
