import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { keptConfiguration } from '../../../scripts/deploy/kept_configuration.ts';
import { PROJECT_ROOT } from '../../../scripts/files/package_root.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';

const folder = await temporaryFolder();
const path = join(folder, 'wrangler.toml');
const kept = join(PROJECT_ROOT, '.wrangler', 'configuration');

let reads = 0;
const read = (environment = '') =>
  keptConfiguration(path, environment, async () => {
    reads++;
    return { name: `${environment}${await readFile(path, 'utf8')}`, left: undefined };
  });
afterEach(() => {
  reads = 0;
});

test('a configuration is read once, and again after a change and for another environment', async () => {
  await writeFile(path, 'one');
  expect([await read(), await read()]).toEqual([{ name: 'one' }, { name: 'one' }]);
  expect(reads).toBe(1);
  expect(await read('staging')).toEqual({ name: 'stagingone' });
  await writeFile(path, 'two');
  expect([await read(), await read()]).toEqual([{ name: 'two' }, { name: 'two' }]);
  expect(reads).toBe(3);
});

test('what was kept incompletely is read again', async () => {
  await writeFile(path, 'three');
  await read();
  for (const name of await readdir(kept)) {
    const file = join(kept, name);
    if ((await readFile(file, 'utf8')) === '{"name":"three"}') await writeFile(file, '{"na');
  }
  expect(await read()).toEqual({ name: 'three' });
  expect(reads).toBe(2);
});

test('a fault is not kept', async () => {
  await writeFile(path, 'four');
  const fail = () => keptConfiguration(path, '', () => Promise.reject(new Error('"nmae" is unknown')));
  await expect(fail()).rejects.toThrow('"nmae" is unknown');
  await expect(fail()).rejects.toThrow('"nmae" is unknown');
  expect(await read()).toEqual({ name: 'four' });
});
