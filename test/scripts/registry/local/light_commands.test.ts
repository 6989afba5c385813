import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../../scripts/files/package_root.ts';
import { loadedModules } from '../../../fixtures/commands/loaded_modules.ts';
import { runScript } from '../../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../../fixtures/commands/temporary_folder.ts';

const folder = await temporaryFolder();
const state = join(folder, 'state');
const version = (name: string) => join(PACKAGE_ROOT, 'models', 'half_plus_two', name);

/** What starts slowly, and what only models need. */
const HEAVY = /\/(wrangler-dist|miniflare|workerd|undici|@tensorflow|h5wasm|protobufjs)\/|\/import\//;

// The first publish makes the state, by workerd, and leaves what wrangler reads in the configuration.
beforeAll(async () => {
  for (const name of ['1.0.0', '1.1.0']) {
    const words = [version(name), '--model', 'half', '--persist-to', state, '--skip-rehearsal', '--no-wait'];
    expect(await runScript('publish', words)).toMatchObject({ code: 0 });
  }
}, 240_000);

describe('on local state', () => {
  test.each([
    ['status', ['half'], /1\.1\.0 {2}current/],
    ['rollback', ['half', '--no-wait'], /1\.1\.0 -> 1\.0\.0/],
    ['promote', ['half', '1.1.0', '--no-wait'], /1\.0\.0 -> 1\.1\.0/],
    ['label', ['half', 'stable', '1.0.0', '--no-wait'], /label stable: nothing -> 1\.0\.0/],
    ['canary', ['half', '1.0.0', '--percent', '10', '--no-wait'], /canary 1\.0\.0 at 10 %/],
    ['shadow', ['half', '1.0.0', '--percent', '10', '--no-wait'], /shadow 1\.0\.0 at 10 %/],
    ['lease', ['half', '500', '--no-wait'], /lease of 500 ms/],
    ['history', ['half'], /lease of 500 ms/],
    ['prune', ['half', '--keep', '0', '--yes'], /nothing to prune/],
  ])('%s works without wrangler, Miniflare and tfjs', async (name, words, printed) => {
    const { code, stdout, stderr, modules } = await loadedModules(folder, name, [
      ...words,
      ...['--persist-to', state],
    ]);
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: expect.stringMatching(printed) });
    expect(modules.some((url) => url.endsWith('/scripts/main/main.ts'))).toBe(true);
    expect(modules.filter((url) => HEAVY.test(url))).toEqual([]);
    expect(stderr).not.toContain('Warning');
  });
});
