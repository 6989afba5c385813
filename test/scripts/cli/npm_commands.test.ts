import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../scripts/files/package_root.ts';
import { openLocalRegistry } from '../../../scripts/registry/local/local_registry.ts';
import { writeGraphModel } from '../../fixtures/commands/model_directories.ts';
import { publish } from '../../fixtures/commands/publishing.ts';
import { runNpm } from '../../fixtures/commands/run_npm.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { snapshot } from '../../fixtures/commands/temporary_registry.ts';

const folder = await temporaryFolder();
const state = join(folder, 'state');
const here = ['--', '--persist-to', state];
const npmRun = (...words: readonly string[]) => runNpm(['run', '--silent', ...words], { cwd: PACKAGE_ROOT });

const registry = await openLocalRegistry(state);
for (const version of ['1.0.1', '1.0.2', '1.0.3']) {
  await publish(registry.store, await writeGraphModel(join(folder, version)), 'gender', { version });
}
afterAll(() => registry.close());

describe('through the npm that is installed', { timeout: 300_000 }, () => {
  test.for([
    [['rollback', 'gender', '--to', '1.0.1'], 'npm run rollback -- gender --persist-to', '--to 1.0.1'],
    [['rollback', '--to=1.0.1', 'gender'], 'npm run rollback -- gender --persist-to', '--to 1.0.1'],
    [['rollback', 'gender', '--by', 'ann'], 'npm run rollback -- gender --persist-to', '--by ann'],
    [
      ['rollback', 'gender', '1.0.1', '--reason', "it's wrong"],
      'npm run rollback -- gender 1.0.1 --persist-to',
      "--reason 'it'\\''s wrong'",
    ],
    [
      ['promote', '--model-version', '1.0.1', 'gender'],
      'npm run promote -- gender --persist-to',
      '--model-version 1.0.1',
    ],
    [['canary', 'gender', '1.0.1', '--percent', '10'], 'npm run canary -- gender 1.0.1', '--percent 10'],
    [['prune', 'gender', '--keep=1'], 'npm run prune -- gender --persist-to', '--keep 1'],
    [['rollback', 'gender', '--remot'], 'npm run rollback -- gender --persist-to', '--remote'],
  ] as const)('%j is refused, changes nothing, and says what to type', async ([words, ...told]) => {
    const before = await snapshot(registry.store);
    const { code, stdout, stderr } = await npmRun(...words, ...here);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    for (const part of told) expect(stderr).toContain(part);
    expect(await snapshot(registry.store)).toEqual(before);
  });

  test('a version as an argument is taken', async () => {
    const promoted = await npmRun('promote', 'gender', '1.0.1', ...here);
    expect(promoted).toMatchObject({ code: 0, stdout: expect.stringContaining('gender: 1.0.3 -> 1.0.1') });
    const back = await npmRun('rollback', 'gender', '1.0.2', ...here);
    expect(back).toMatchObject({ code: 0, stdout: expect.stringContaining('gender: 1.0.1 -> 1.0.2') });
  });

  test('an unknown command is refused', async () => {
    expect(await npmRun('rolback', 'gender')).toMatchObject({ code: 1, stdout: '' });
  });
});
