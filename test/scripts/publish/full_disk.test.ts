import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../scripts/files/package_root.ts';
import { half } from '../../fixtures/commands/failing_models.ts';
import { runScript } from '../../fixtures/commands/run_script.ts';
import { mountSmallDisk } from '../../fixtures/commands/small_disk.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';

const folder = await temporaryFolder();
const disk = mountSmallDisk(join(folder, 'disk'));
const version = (name: string) => join(PACKAGE_ROOT, 'models', 'half_plus_two', name);

describe.skipIf(disk === undefined)('on a full disk', { timeout: 300_000 }, () => {
  const directory = disk?.directory ?? '';
  const noRoom = (where: string) => ({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(
      new RegExp(`no space left on the disk of ${where}.* \\(ENOSPC\\): .*\\nFree some space`),
    ),
  });

  test('publish leaves what is served as it was, and is completed by running it again', async () => {
    const state = join(directory, 'state');
    const publish = (name: string) =>
      runScript('publish', [
        ...[version(name), '--model', 'half', '--persist-to', state, '--skip-rehearsal'],
      ]);
    const current = async (): Promise<unknown> => {
      const { stdout } = await runScript('status', ['half', '--persist-to', state, '--json']);
      return JSON.parse(stdout).models?.[0]?.pointer?.current;
    };
    expect(await publish('1.0.0')).toMatchObject({ code: 0 });
    disk?.fill();
    expect(await publish('1.1.0')).toMatchObject(noRoom(state));
    disk?.free();
    expect(await current()).toBe('1.0.0');
    expect(await publish('1.1.0')).toMatchObject({ code: 0 });
    expect(await current()).toBe('1.1.0');
  });

  test('a version is not rehearsed if there is no room for temporary files', async () => {
    const temporary = join(directory, 'tmp');
    mkdirSync(temporary);
    disk?.fill();
    const parameters = [version('1.1.0'), '--model', 'half', '--persist-to', join(folder, 'other')];
    const refused = await runScript('publish', [...parameters, '--dry-run'], {
      env: { TMPDIR: temporary },
    });
    expect(refused).toMatchObject(noRoom(temporary));
    expect(readdirSync(temporary)).toEqual([]);
    disk?.free();
  });

  test('record and convert leave no incomplete file', async () => {
    const model = await half(join(directory, 'model'));
    disk?.fill();
    expect(await runScript('record', [model])).toMatchObject(noRoom(model));
    const converted = await runScript('convert', [version('1.0.0'), join(directory, 'converted')]);
    expect(converted).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/ENOSPC: no space left on device[^\n]*\nFree some space/),
    });
    expect(readdirSync(model).sort()).toEqual(['model.json', 'weights.bin']);
    expect(readdirSync(directory).filter((name) => name.startsWith('converted'))).toEqual([]);
    disk?.free();
    expect(await runScript('convert', [version('1.0.0'), join(directory, 'converted')])).toMatchObject({
      code: 0,
    });
  });
});
