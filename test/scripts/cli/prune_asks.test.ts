import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../scripts/files/package_root.ts';
import { openLocalRegistry } from '../../../scripts/registry/local/local_registry.ts';
import { listVersions } from '../../../worker/registry/version/version_store.ts';
import { writeGraphModel } from '../../fixtures/commands/model_directories.ts';
import { publish } from '../../fixtures/commands/publishing.ts';
import { OUTER_ENVIRONMENT, runScript } from '../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';

const folder = await temporaryFolder();
const state = join(folder, 'state');
const registry = await openLocalRegistry(state);
afterAll(() => registry.close());

/** Publishes three versions, of which a prune that keeps one deletes the first. */
async function publishThree(model: string): Promise<void> {
  for (const version of ['1.0.0', '2.0.0', '3.0.0']) {
    await publish(registry.store, await writeGraphModel(join(folder, model, version)), model);
  }
}

const words = (model: string, ...rest: readonly string[]): string[] => [
  model,
  ...['--keep', '1', '--persist-to', state],
  ...rest,
];

/** Runs prune on a terminal, which `script` makes, and types an answer. */
async function onTerminal(model: string, answer: string): Promise<{ code: unknown; printed: string }> {
  const line = [process.execPath, join(PACKAGE_ROOT, 'bin', 'edge-serving.js'), 'prune', ...words(model)];
  const child = spawn('script', ['--quiet', '--return', '--command', line.join(' '), '/dev/null'], {
    env: OUTER_ENVIRONMENT,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.write(`${answer}\n`);
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return { code, printed };
}

function hasTerminal(): boolean {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false;
  }
}

describe('prune', () => {
  test.for([[[]], [['--json']]] as const)('without a terminal and with %j needs --yes', async ([options]) => {
    const model = `refused${options.length}`;
    await publishThree(model);
    const { code, stdout, stderr } = await runScript('prune', words(model, ...options));
    expect(code).toBe(2);
    expect(stdout + stderr).toContain('give --yes, or --dry-run to only look');
    expect(await listVersions(registry.store, model)).toEqual(['1.0.0', '2.0.0', '3.0.0']);
  });

  test('deletes with --yes', async () => {
    await publishThree('agreed');
    const pruned = await runScript('prune', words('agreed', '--yes'));
    expect(pruned).toMatchObject({ code: 0, stdout: expect.stringContaining('1 version of agreed: 1.0.0') });
    expect(await listVersions(registry.store, 'agreed')).toEqual(['2.0.0', '3.0.0']);
  });

  test.runIf(hasTerminal()).for([
    ['y', 0, ['2.0.0', '3.0.0'], 'Deleted in'],
    ['n', 1, ['1.0.0', '2.0.0', '3.0.0'], 'nothing was deleted'],
    ['', 1, ['1.0.0', '2.0.0', '3.0.0'], 'nothing was deleted'],
  ] as const)('on a terminal asks, and after "%s" ends with %i', async ([answer, code, left, says]) => {
    const model = `asked_${answer || 'nothing'}`;
    await publishThree(model);
    const ended = await onTerminal(model, answer);
    expect(ended).toMatchObject({ code, printed: expect.stringContaining(says) });
    expect(ended.printed).toContain(`1 version of ${model}: 1.0.0`);
    expect(ended.printed).toContain('Delete them? [y/N]');
    expect(await listVersions(registry.store, model)).toEqual(left);
  });
});
