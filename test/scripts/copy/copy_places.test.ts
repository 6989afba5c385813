import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLocalRegistry } from '../../../scripts/registry/local/local_registry.ts';
import { blobKey, manifestKey } from '../../../worker/registry/storage/storage_keys.ts';
import { readManifest } from '../../../worker/registry/version/version_store.ts';
import { writeGraphModel } from '../../fixtures/commands/model_directories.ts';
import { publish } from '../../fixtures/commands/publishing.ts';
import { runScript, startScript } from '../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { type ManagementWorker, startManagement, tokenEntry } from '../../fixtures/edge/management_worker.ts';

const folder = await temporaryFolder();
const TOKEN = 't'.repeat(43);
const there = { cwd: folder, env: { EDGE_SERVING_TOKEN: TOKEN } };

let management: ManagementWorker;
beforeAll(async () => {
  management = await startManagement({ MANAGEMENT_TOKENS: tokenEntry('ci', 'publish+flip', TOKEN) });
  const registry = await openLocalRegistry(join(folder, 'first'));
  for (const version of ['1.0.0', '1.1.0']) {
    await publish(registry.store, await writeGraphModel(join(folder, version)), 'half');
  }
  await registry.close();
});
afterAll(() => management.stop());

const copy = (...words: string[]) => runScript('copy', words, there);

describe('copy between places', () => {
  test('goes from local state through a management Worker, and back into another folder', async () => {
    const up = await copy('half', '--from', './first', '--to', management.url.href, '--flip', '--by', 'ann');
    expect(up, up.stderr).toMatchObject({ code: 0 });
    expect(up.stdout).toMatch(
      /half 1\.0\.0 +copied +2 files[\s\S]*half 1\.1\.0 +copied +1 file .*; there already 1 file/,
    );
    expect(up.stdout).toContain('half: 1.0.0 -> 1.1.0 (generation 2)');
    const read = await readManifest(management.store, 'half', '1.1.0');
    if (read.kind !== 'found') throw new Error(read.kind);
    for (const { sha256 } of read.manifest.content.blobs) {
      expect(await management.store.head(blobKey(sha256))).toMatchObject({ kind: 'found' });
    }
    const down = await copy('half', 'current', '--from', management.url.href, '--to', './second', '--json');
    expect(JSON.parse(down.stdout)).toMatchObject({
      from: { kind: 'management', url: management.url.href },
      to: { kind: 'local', directory: join(folder, 'second') },
      models: [{ model: 'half', versions: [{ version: '1.1.0', outcome: 'copied' }], changes: [] }],
    });
    const checked = await runScript('check', ['--persist-to', 'second', '--json'], there);
    expect(checked.code).toBe(0);
    expect(JSON.parse(checked.stdout)).toMatchObject({
      checked: { models: 1, versions: 1, files: 2 },
      broken: 0,
      findings: [{ kind: 'pointer-missing' }],
    });
    await management.store.delete([manifestKey('half', '1.0.0')]);
    const broken = await runScript('check', ['half', '--url', management.url.href], there);
    expect(broken.code).toBe(1);
    expect(broken.stdout).toMatch(
      /BROKEN \(version-missing\)\n {2}half 1\.0\.0: 1\.0\.0 is previous and is not published/,
    );
  });

  test('finishes what a killed copy has begun', async () => {
    const child = startScript('copy', ['--from', './first', '--to', './third'], there);
    for await (const piece of child.stderr) if (String(piece).includes('copied')) break;
    child.kill('SIGKILL');
    const again = await copy('--from', './first', '--to', './third', '--json');
    expect(again.code, again.stdout).toBe(0);
    const checked = await runScript('check', ['--persist-to', 'third', '--json'], there);
    expect(JSON.parse(checked.stdout)).toMatchObject({ checked: { versions: 2, files: 3 }, broken: 0 });
  });

  test.for<[words: string[], error: RegExp]>([
    [['--from', './first'], /required option '--to <place>'/],
    [
      ['--from', 'fisrt', '--to', './x'],
      /--from <place> cannot be 'fisrt'\. A place is local, remote, a URL, or a folder/,
    ],
    [['--from', './first', '--to', './first'], /name the same place/],
    [
      ['--from', 'http://127.0.0.1:1', '--to', 'http://127.0.0.1:2'],
      /--from needs a token in .* EDGE_SERVING_FROM_TOKEN/,
    ],
    [['--from', './first', '--to', 'local', '--to-env', 'nowhere'], /has no environment \[env\.nowhere\]/],
    [['half', '1.0.0', '--in-use', '--from', './first', '--to', './x'], /none can be named/],
    [['half', 'a b', '--from', './first', '--to', './x'], /<versions> cannot be 'a b'/],
  ])('with %j is refused', async ([words, error]) => {
    expect(await copy(...words)).toMatchObject({ code: 2, stderr: expect.stringMatching(error) });
  });

  test.for<[words: string[], error: string]>([
    [['haf', '--from', './first'], 'the model haf does not exist in local state first; there is half\n'],
    [['half', '1.2.0', '--from', './first'], 'half has no version 1.2.0; there are 1.1.0, 1.0.0\n'],
    [['--from', './nowhere'], 'the local state folder nowhere does not exist\n'],
  ])('of what does not exist is refused: %j', async ([words, error]) => {
    const { code, stderr } = await copy(...words, '--to', './fourth');
    expect(code).toBe(1);
    expect(stderr).toContain(error);
  });
});
