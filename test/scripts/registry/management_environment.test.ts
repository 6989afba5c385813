import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../scripts/files/package_root.ts';
import { managementFault } from '../../../scripts/registry/management_environment.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';

const folder = await temporaryFolder();
/** The fault of a configuration that EDGE_SERVING_CONFIG names. */
async function faultOf(configuration: string): Promise<string | undefined> {
  process.env.EDGE_SERVING_CONFIG = configuration;
  return managementFault();
}
afterEach(() => {
  delete process.env.EDGE_SERVING_CONFIG;
});

const ours = join(PACKAGE_ROOT, 'wrangler.toml');
const PREDICT = 'name = "p"\nmain = "w.ts"\ncompatibility_date = "2026-11-01"\n';
const REPLICA = 'kv_namespaces]]\nbinding = "POINTERS"\nid = "abc"\n';

test('the configuration at hand has a management Worker, with a replica too', async () => {
  expect(await faultOf(ours)).toBeUndefined();
  const text = (await readFile(ours, 'utf8')).replace(
    /# (\[\[.*kv_namespaces\]\]|binding = "POINTERS"|id = "what.*")/g,
    '$1',
  );
  expect(text.match(/^binding = "POINTERS"$/gm)).toHaveLength(2);
  const uncommented = join(folder, 'replica.toml');
  await writeFile(uncommented, text);
  expect(await faultOf(uncommented)).toBeUndefined();
});

test.each([
  ['without the environment', PREDICT, /has no environment \[env\.management\]/],
  [
    'whose replica the environment does not bind',
    `${PREDICT}[[${REPLICA}[env.management]\nname = "m"\n`,
    /binds POINTERS for the serving Worker but not in \[env\.management\]/,
  ],
])('a configuration %s has no management Worker', async (_, text, fault) => {
  const path = join(folder, 'wrangler.toml');
  await writeFile(path, text);
  expect(await faultOf(path)).toMatch(fault);
});
