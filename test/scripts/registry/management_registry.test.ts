import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPointer } from '../../../worker/registry/pointer/pointer_store.ts';
import { PRUNING_CLOCK_KEY, PRUNING_KEY } from '../../../worker/registry/storage/storage_keys.ts';
import { writeGraphModel } from '../../fixtures/commands/model_directories.ts';
import { runScript } from '../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { snapshot } from '../../fixtures/commands/temporary_registry.ts';
import { type ManagementWorker, startManagement, tokenEntry } from '../../fixtures/edge/management_worker.ts';

const folder = await temporaryFolder();
const TOKEN = 't'.repeat(43);

let management: ManagementWorker;
beforeAll(async () => {
  management = await startManagement({
    MANAGEMENT_TOKENS: `${tokenEntry('ci', 'publish+flip', TOKEN)},${tokenEntry('viewer', 'read', 'look')}`,
  });
});
afterAll(() => management.stop());

const run = (name: string, parameters: readonly string[], token = TOKEN, url = management.url.href) =>
  runScript(name, [...parameters, '--url', url], { env: { EDGE_SERVING_TOKEN: token } });

describe('the scripts through a management Worker', () => {
  test('publish, flip back, and prune as they do over the bucket', async () => {
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) {
      const path = await writeGraphModel(join(folder, version));
      expect(await run('publish', [path, '--model', 'half', '--by', 'ann'])).toMatchObject({ code: 0 });
    }
    expect(await run('rollback', ['half', '--to', '1.0.0', '--reason', 'late'])).toMatchObject({
      code: 0,
    });
    expect(await run('prune', ['half', '--keep', '0', '--yes'])).toMatchObject({ code: 0 });
    const status = await run('status', ['half', '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject({
      registry: { kind: 'management', url: management.url.href },
      models: [
        {
          pointer: {
            current: '1.0.0',
            previous: '1.2.0',
            retired: ['1.1.0'],
            history: [
              { action: 'prune' },
              { action: 'rollback', reason: 'late', by: expect.stringMatching(/ via ci$/) },
              { by: 'ann via ci' },
              { by: 'ann via ci' },
              { by: 'ann via ci' },
            ],
          },
          versions: [{ version: '1.0.0' }, { version: '1.2.0' }],
        },
      ],
    });
    const keys = Object.keys(await snapshot(management.store));
    expect(keys.filter((key) => key.startsWith('publications/'))).toEqual([]);
  });

  test('request every change of a pointer from the Worker', async () => {
    for (const version of ['1.0.0', '1.1.0', '1.2.0'])
      await writeGraphModel(join(folder, 'changes', version));
    const publish = (version: string, ...more: string[]) => {
      const path = join(folder, 'changes', version);
      return run('publish', [path, '--model', 'changed', '--skip-rehearsal', ...more]);
    };
    const steps: readonly (() => ReturnType<typeof run>)[] = [
      () => publish('1.0.0', '--label', 'stable'),
      () => publish('1.1.0', '--stage'),
      () => run('promote', ['changed']),
      () => publish('1.2.0', '--no-flip', '--label', 'beta'),
      () => run('canary', ['changed', '--percent', '2.5', '--version', '1.2.0']),
      () => run('shadow', ['changed', '--percent', '10', '--version', '1.0.0']),
      () => run('shadow', ['changed', '--percent', '0']),
      () => run('label', ['changed', '--label', 'stable', '--version', '1.1.0']),
      () => run('label', ['changed', '--label', 'beta', '--remove', '--by', 'ann']),
      () => run('rollback', ['changed']),
      // A pipeline publishes it again, which must not undo the rollback.
      () => publish('1.1.0'),
    ];
    for (const step of steps) {
      const { code, stderr } = await step();
      expect(code, stderr).toBe(0);
    }
    const read = await readPointer(management.store, 'changed');
    if (read.kind !== 'found') throw new Error(read.kind);
    const { current, previous, labels, canary, history } = read.pointer;
    expect({ current, previous, labels, canary }).toEqual({
      current: '1.0.0',
      previous: '1.1.0',
      labels: { stable: '1.1.0' },
      canary: undefined,
    });
    expect(history.map(({ action, from, to, label }) => ({ action, from, to, label })).reverse()).toEqual([
      { action: 'publish', from: null, to: '1.0.0', label: 'stable' },
      { action: 'stage', from: null, to: '1.1.0', label: undefined },
      { action: 'promote', from: '1.0.0', to: '1.1.0', label: undefined },
      { action: 'label', from: null, to: '1.2.0', label: 'beta' },
      { action: 'canary', from: null, to: '1.2.0', label: undefined },
      { action: 'shadow', from: null, to: '1.0.0', label: undefined },
      { action: 'shadow', from: '1.0.0', to: '1.0.0', label: undefined },
      { action: 'label', from: '1.0.0', to: '1.1.0', label: 'stable' },
      { action: 'unlabel', from: '1.2.0', to: '1.2.0', label: 'beta' },
      { action: 'rollback', from: '1.1.0', to: '1.0.0', label: undefined },
    ]);
    expect(history.every(({ by }) => / via ci$/.test(by))).toBe(true);
  }, 600_000);

  test('prune finds the lock of another prune, and says until when it holds', async () => {
    const path = await writeGraphModel(join(folder, 'locked'));
    expect(await run('publish', [path, '--model', 'locked', '--skip-rehearsal'])).toMatchObject({
      code: 0,
    });
    const lock = new TextEncoder().encode('{"schema":1,"id":"killed"}');
    await management.store.put(PRUNING_KEY, lock, { condition: { kind: 'always' } });
    try {
      expect(await run('prune', ['locked', '--keep', '1', '--yes'])).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/another prune holds the lock until 2\d{3}-/),
      });
    } finally {
      await management.store.delete([PRUNING_KEY]);
    }
    expect(Object.keys(await snapshot(management.store))).not.toContain(PRUNING_CLOCK_KEY);
  });

  test.each<[string, string, string | undefined, number, RegExp]>([
    ['without a token', '', undefined, 2, /EDGE_SERVING_TOKEN/],
    ['with an unknown token', 'guessed', undefined, 1, /401.*not valid/],
    ['with http to another machine', TOKEN, 'http://example.com', 2, /https/],
    ['with a token in the address', TOKEN, 'https://example.com/?token=x', 2, /EDGE_SERVING_TOKEN/],
    ['with an address where nobody listens', TOKEN, 'http://127.0.0.1:1', 1, /cannot be reached/],
  ])('are refused %s', async (_, token, url, code, error) => {
    const result = await run('status', [], token, url);
    expect(result).toMatchObject({ code, stderr: expect.stringMatching(error) });
    if (token === TOKEN) expect(result.stdout + result.stderr).not.toContain(TOKEN);
  });

  test('are refused without the scope, and change nothing', async () => {
    const path = await writeGraphModel(join(folder, '9'));
    const before = await snapshot(management.store);
    const result = await run('publish', [path, '--model', 'other'], 'look');
    expect(result).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/The token viewer has no scope "publish"/),
    });
    expect(await snapshot(management.store)).toEqual(before);
  });
});

test('token makes a token and the entry that authorizes it', async () => {
  const made = await runScript('token', ['--name', 'ops', '--scopes', 'publish,flip', '--json']);
  const { token, entry } = JSON.parse(made.stdout);
  expect(entry).toBe(tokenEntry('ops', 'publish+flip', token));
  const wrong = await runScript('token', ['--name', 'ops', '--scopes', 'everything']);
  expect(wrong).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('"everything" is not a valid scope'),
  });
});
