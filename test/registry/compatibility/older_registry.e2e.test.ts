import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../scripts/files/package_root.ts';
import { openLocalRegistry } from '../../../scripts/registry/local/local_registry.ts';
import { runScript } from '../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { ask } from '../../fixtures/edge/client.ts';
import { startEdge } from '../../fixtures/edge/edge.ts';

/**
 * The registries that released versions of this product have published, object by object: README.md there says how they
 * were made. A newer version serves and continues all of them, so that upgrading is `npm update` and `deploy`.
 */
const PUBLISHED = join(import.meta.dirname, 'published');

async function objectsIn(folder: string): Promise<readonly (readonly [key: string, bytes: Uint8Array])[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files
      .sort()
      .map(async (file) => [relative(folder, file).replaceAll(sep, '/'), await readFile(file)] as const),
  );
}

const releases = (await readdir(PUBLISHED, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe.each(releases)('what %s has published', async (release) => {
  const state = await temporaryFolder();
  const registry = await openLocalRegistry(state);
  for (const [key, bytes] of await objectsIn(join(PUBLISHED, release))) {
    await registry.store.put(key, bytes, { condition: { kind: 'always' } });
  }
  await registry.close();
  const edge = await startEdge({ isolates: 1, state });
  afterAll(() => edge.stop());
  const [isolate] = edge.isolates;
  const run = (name: string, ...words: string[]) => runScript(name, [...words, '--persist-to', state]);

  // half_plus_two 1.0.0 computes x / 2 + 2, and 1.1.0 computes x / 2 + 3.
  test.each([
    ['by the current version', 'half', '1.1.0', [3.5, 5.5]],
    ['by its number', 'half/versions/1.0.0', '1.0.0', [2.5, 4.5]],
    ['by its label', 'half/labels/stable', '1.0.0', [2.5, 4.5]],
  ])('is served %s', async (_, path, version, predictions) => {
    // Its last change takes effect at its moment after the objects were put.
    await expect
      .poll(() => ask(isolate, `/v1/models/${path}:predict`, { instances: [1, 5] }), { timeout: 60_000 })
      .toMatchObject({ status: 200, version, body: { predictions } });
  });

  test('is shown with its history', async () => {
    const { stdout } = await run('status', 'half', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      models: [
        {
          pointer: {
            current: '1.1.0',
            labels: { stable: '1.0.0' },
            history: [
              { action: 'publish', from: '1.0.0', to: '1.1.0', by: 'ann', reason: 'trained again' },
              { action: 'label', label: 'stable', to: '1.0.0' },
              { action: 'publish', from: null, to: '1.0.0' },
            ],
          },
          versions: [
            { version: '1.0.0', rehearsalSkipped: true },
            { version: '1.1.0', plan: { kind: 'planned' } },
          ],
        },
      ],
    });
  });

  test('is rolled back, published again without a change, and continued', async () => {
    expect(await run('rollback', 'half')).toMatchObject({ code: 0 });
    const predict = () => ask(isolate, '/v1/models/half:predict', { instances: [1] });
    expect(await predict()).toMatchObject({ version: '1.0.0', generation: 4, body: { predictions: [2.5] } });
    const same = await run(
      'publish',
      join(PACKAGE_ROOT, 'models', 'half_plus_two', '1.1.0'),
      ...['--model', 'half', '--json'],
    );
    expect(JSON.parse(same.stdout)).toMatchObject({ version: '1.1.0', change: null });
    expect(await run('promote', 'half', '1.1.0')).toMatchObject({ code: 0 });
    expect(await predict()).toMatchObject({ version: '1.1.0', generation: 5, body: { predictions: [3.5] } });
  });
});
