import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { scriptName } from '../../../scripts/cli/invocation.ts';
import { PACKAGE_ROOT } from '../../../scripts/files/package_root.ts';
import { SUBCOMMANDS } from '../../../scripts/main/subcommands.ts';
import { openLocalRegistry } from '../../../scripts/registry/local/local_registry.ts';
import { loadedModules } from '../../fixtures/commands/loaded_modules.ts';
import { writeGraphModel } from '../../fixtures/commands/model_directories.ts';
import { publish } from '../../fixtures/commands/publishing.ts';
import { runNpm } from '../../fixtures/commands/run_npm.ts';
import { OUTER_ENVIRONMENT, runScript } from '../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';

const folder = await temporaryFolder();
const names = SUBCOMMANDS.map(({ name }) => name);
const packageJson: {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
} = JSON.parse(await readFile(join(PACKAGE_ROOT, 'package.json'), 'utf8'));

/** Runs a program without a shell. The exit code is in the error of a failure. */
async function output(program: string, words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, words, { env: OUTER_ENVIRONMENT, cwd: PACKAGE_ROOT });
  return stdout;
}

describe.concurrent('edge-serving', () => {
  test('has the scripts of package.json as its subcommands', () => {
    const scripts = Object.entries(packageJson.scripts).filter(([, line]) => line.includes('edge-serving'));
    const expected = names.map((name) => [scriptName(name), `node bin/edge-serving.js ${name}`]);
    expect(new Map(scripts)).toEqual(new Map(expected.map(([name = '', line = '']) => [name, line])));
    expect(packageJson.bin).toEqual({ 'edge-serving': 'bin/edge-serving.js' });
  });

  test.for([[], ['--help'], ['-h'], ['help']])('%j lists every subcommand', async (words) => {
    const text = await output(process.execPath, ['bin/edge-serving.js', ...words]);
    const [, list = ''] = /^Subcommands:\n((?: {2}.*\n)+)/m.exec(text) ?? [];
    expect(list.match(/^ {2}\S+/gm)?.map((name) => name.trim())).toEqual([...names, 'help', 'completion']);
  });

  test('prints its version', async () => {
    expect(await output(process.execPath, ['bin/edge-serving.js', '--version'])).toBe(
      `edge-serving ${packageJson.version}\n`,
    );
  });

  test.for([
    ['rolback', 'rollback'],
    ['Publish', 'publish'],
    ['deploy:management', 'deploy-management'],
    ['stats', 'status'],
    ['complete', 'completion'],
    ['list', 'status'],
    ['ls', 'status'],
    ['stage', 'publish --stage'],
    ['delete', 'prune'],
  ] as const)('%s is refused and %s is suggested', async ([typed, meant]) => {
    const refused = await runScript(typed, ['gender']);
    expect(refused).toEqual({
      code: 2,
      stdout: '',
      stderr: `"${typed}" is not a subcommand; did you mean ${meant}?\nSee edge-serving --help\n`,
    });
  });

  test('suggests nothing for a name that resembles none', async () => {
    expect(await runScript('nosuch', [])).toEqual({
      code: 2,
      stdout: '',
      stderr: '"nosuch" is not a subcommand\nSee edge-serving --help\n',
    });
  });

  test('names itself in the form in which it was started', async () => {
    const env = { ...OUTER_ENVIRONMENT, npm_lifecycle_event: 'npx' };
    const refused = await runScript('nosuch', [], { env });
    expect(refused.stderr).toBe('"nosuch" is not a subcommand\nSee npx edge-serving --help\n');
  });

  test('refuses an option before the subcommand, in JSON if that is asked for', async () => {
    const refused = await runScript('--json', ['status']);
    expect(refused).toMatchObject({ code: 2, stderr: '' });
    expect(JSON.parse(refused.stdout)).toEqual({
      error: expect.stringContaining('follow its name'),
      code: 'ERR_COMMAND_LINE_INVALID',
    });
  });

  test('help NAME is NAME --help', async () => {
    const help = await runScript('help', ['rollback']);
    expect(help).toEqual(await runScript('rollback', ['--help']));
    expect(help.stdout).toContain('Usage: edge-serving rollback <model> [version] [options]\n');
  });

  test.for([
    ['--help', [], /commander|valibot|wrangler|@tensorflow|ora/],
    [
      'status',
      ['--help'],
      /wrangler\/|@tensorflow|miniflare|\/import\/|\/rehearse\.ts|\/publish_model\.ts|\/ora\//,
    ],
    ['publish', ['--help'], /wrangler\/|@tensorflow|miniflare|\/rehearse\.ts|\/ora\//],
    ['rollback', ['m'], /@tensorflow|miniflare|\/import\/|\/rehearse\.ts|\/publish_model\.ts/],
    [
      'predict',
      ['m', '--text', 'a', '--url', 'http://127.0.0.1:9'],
      /wrangler\/|@tensorflow|miniflare|\/import\//,
    ],
  ] as const)('loads nothing for %s %j that it does not use', async ([name, words, unused]) => {
    const { modules: loaded } = await loadedModules(folder, name, words);
    expect(loaded.length).toBeGreaterThan(3);
    // The program's own files that only have a similar name are below scripts/.
    expect(loaded.filter((url) => unused.test(url.replace(/.*\/scripts\/(deploy|files)\/.*/, '')))).toEqual(
      [],
    );
  });

  test('shows the form in which it was started', async () => {
    const started = (words: readonly string[]) => runNpm(words, { cwd: PACKAGE_ROOT });
    const [script, npx] = await Promise.all([
      started(['run', '--silent', 'deploy:management', '--', '--help']),
      started(['exec', '--', 'edge-serving', 'deploy-management', '--help']),
    ]);
    expect(script.stdout).toContain('Usage: npm run deploy:management -- [options]\n');
    expect(npx.stdout).toContain('Usage: npx edge-serving deploy-management [options]\n');
  });
});

const shells = await Promise.all(
  (['bash', 'zsh', 'fish'] as const).map(async (shell) => ({
    shell,
    isInstalled: await output(shell, ['--version']).then(
      () => true,
      () => false,
    ),
  })),
);

describe('completion', () => {
  test.for(shells)('of $shell is a script that $shell accepts', async ({ shell, isInstalled }) => {
    const { code, stdout } = await runScript('completion', [shell]);
    expect(code).toBe(0);
    for (const name of names) expect(stdout).toContain(name);
    expect(stdout).toContain('rehearsal-limit');
    if (isInstalled) await output(shell, ['-n', '-c', stdout]);
  });

  const bash = shells.find(({ shell }) => shell === 'bash')?.isInstalled ?? false;
  test.runIf(bash).for([
    ['roll', ['rollback']],
    ['rollback m --t', ['--to']],
    ['publish --mod', ['--model', '--model-version']],
    ['convert m out --quantize u', ['uint8']],
    ['help keyg', ['keygen']],
    ['completion z', ['zsh']],
    ['inspect mod', []],
  ] as const)('in bash of "edge-serving %s" offers %j', async ([typed, offered]) => {
    const { stdout: script } = await runScript('completion', ['bash']);
    const words = ['edge-serving', ...typed.split(' ')];
    const answer = await output('bash', [
      '-c',
      `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _edge_serving; printf '%s\\n' "\${COMPREPLY[@]}"`,
      'bash',
      ...words,
    ]);
    expect(answer.split('\n').filter((word) => word !== '')).toEqual(offered);
  });

  test.runIf(bash)('in bash offers models and versions of local state, and works after npx', async () => {
    const state = join(folder, 'state');
    const registry = await openLocalRegistry(state);
    for (const model of ['half', 'halves', 'iris']) {
      for (const version of ['1.0.0', '1.10.0', '1.9.0']) {
        await publish(registry.store, await writeGraphModel(join(folder, model, version)), model);
      }
    }
    await registry.close();
    const { stdout: script } = await runScript('completion', ['bash']);
    const offered = async (typed: string): Promise<string[]> => {
      const words = typed.split(' ');
      const start = words[0] === 'npx' ? '_edge_serving_npx' : '_edge_serving';
      const answer = await output('bash', [
        '-c',
        `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); ${start}; printf '%s\\n' "\${COMPREPLY[@]}"`,
        'bash',
        ...words,
      ]);
      return answer.split('\n').filter((word) => word !== '');
    };
    const there = `--persist-to ${state}`;
    expect(await offered(`edge-serving rollback ${there} ha`)).toEqual(['half', 'halves']);
    expect(await offered(`edge-serving rollback ${there} half `)).toEqual(['1.10.0', '1.9.0', '1.0.0']);
    expect(await offered(`npx edge-serving canary ${there} --percent 5 iris 1.1`)).toEqual(['1.10.0']);
    expect(await offered(`npx edge-serving diff ${there} half 1.0.0 1.9`)).toEqual(['1.9.0']);
    expect(await offered(`edge-serving promote ${there} half --model-version 1.0`)).toEqual(['1.0.0']);
    expect(await offered(`npx edge-serving roll`)).toEqual(['rollback']);
    expect(await offered(`npx other ha`)).toEqual([]);
  });

  test('for another shell is refused', async () => {
    expect(await runScript('completion', ['csh'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('bash, zsh, fish'),
    });
  });
});
