import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../scripts/files/package_root.ts';
import { buildWorker } from '../../../scripts/rehearsal/sandbox/worker_build.ts';
import { writeGraphModel } from '../../fixtures/commands/model_directories.ts';
import { runNpm } from '../../fixtures/commands/run_npm.ts';
import { runScript } from '../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';

const folder = await temporaryFolder();
const staging = join(folder, 'staging.toml');
const worker = (says: string) => `export default { fetch: () => new Response('${says}') };`;
await writeFile(join(folder, 'index.ts'), worker('the staging Worker'));
await writeFile(join(folder, 'management.ts'), worker('the management Worker of staging'));
await writeFile(join(folder, 'blue.ts'), worker('the blue Worker'));
await writeFile(
  staging,
  `name = "staging"
main = "index.ts"
compatibility_date = "2026-11-01"
[[r2_buckets]]
binding = "MODELS"
bucket_name = "staging-models"
[env.management]
name = "staging-management"
main = "management.ts"
[env.blue]
main = "blue.ts"
[[env.blue.r2_buckets]]
binding = "MODELS"
bucket_name = "blue-models"
[env.green]
`,
);
const env = { EDGE_SERVING_CONFIG: staging };

describe('EDGE_SERVING_CONFIG decides', () => {
  test.for([
    ['deploy', 'index.js', 'the staging Worker'],
    ['deploy:management', 'management.js', 'the management Worker of staging'],
  ] as const)('what npm run %s deploys', async ([name, file, says]) => {
    const directory = join(folder, name.replace(':', '_'));
    const built = await runNpm(['run', name, '--', '--dry-run', '--outdir', directory], {
      cwd: PACKAGE_ROOT,
      env,
    });
    expect(built).toMatchObject({ code: 0, stderr: expect.stringContaining(staging) });
    expect(await readFile(join(directory, file), 'utf8')).toContain(says);
  });

  test('by a path that is relative to the folder of the user', async () => {
    const directory = join(folder, 'relative');
    const built = await runNpm(
      ['--prefix', PACKAGE_ROOT, 'run', 'deploy', '--', '--dry-run', '--outdir', 'relative'],
      { cwd: folder, env: { EDGE_SERVING_CONFIG: 'staging.toml' } },
    );
    expect(built).toMatchObject({ code: 0 });
    expect(await readFile(join(directory, 'index.js'), 'utf8')).toContain('the staging Worker');
  });

  test('which Worker a version is rehearsed with', async () => {
    process.env.EDGE_SERVING_CONFIG = staging;
    try {
      const { directory } = await buildWorker();
      expect(await readFile(join(directory, 'index.js'), 'utf8')).toContain('the staging Worker');
    } finally {
      delete process.env.EDGE_SERVING_CONFIG;
    }
  });

  test('which bucket is meant', async () => {
    const home = { HOME: folder, XDG_CONFIG_HOME: folder, CLOUDFLARE_API_TOKEN: '' };
    const { stderr } = await runScript('status', ['--remote'], { env: { ...env, ...home } });
    expect(stderr).toContain('the REMOTE bucket staging-models cannot be opened');
  });

  test.for([
    [
      'a file that is not there',
      { EDGE_SERVING_CONFIG: 'nowhere.toml' },
      /nowhere\.toml, which does not exist/,
    ],
    ['a misspelled variable', { EDGE_SERVING_CONFG: staging }, /EDGE_SERVING_CONFG is unknown/],
  ] as const)('nothing if it is %s, which is refused', async ([, wrong, message]) => {
    const refused = await runScript('deploy', ['--dry-run'], { env: wrong });
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
  });
});

describe.concurrent('--env decides', () => {
  const home = { HOME: folder, XDG_CONFIG_HOME: folder, CLOUDFLARE_API_TOKEN: '' };

  test.for([
    ['--env', { ...env }, ['--env', 'blue']],
    ['CLOUDFLARE_ENV', { ...env, CLOUDFLARE_ENV: 'blue' }, []],
    ['--env rather than CLOUDFLARE_ENV', { ...env, CLOUDFLARE_ENV: 'green' }, ['--env', 'blue']],
  ] as const)('what is deployed, by %s', async ([way, variables, words]) => {
    const directory = join(folder, way);
    const built = await runScript('deploy', ['--dry-run', '--outdir', directory, ...words], {
      env: variables,
    });
    expect(built).toMatchObject({ code: 0 });
    expect(await readFile(join(directory, 'blue.js'), 'utf8')).toContain('the blue Worker');
  });

  test('which bucket is meant', async () => {
    const { stderr } = await runScript('status', ['--remote', '--env', 'blue'], { env: { ...env, ...home } });
    expect(stderr).toContain('the REMOTE bucket blue-models cannot be opened');
  });

  test('which local state is meant', async () => {
    const model = await writeGraphModel(join(folder, 'model'));
    const state = ['--persist-to', join(folder, 'state')];
    const there = ['--env', 'blue', ...state];
    const published = await runScript(
      'publish',
      [model, '--model', 'm', '--skip-rehearsal', '--allow-breaking', ...there],
      { env },
    );
    expect(published).toMatchObject({ code: 0, stdout: expect.stringContaining('of [env.blue].') });
    const [blue, top, green] = await Promise.all([
      runScript('status', ['--json', ...there], { env }),
      runScript('status', ['--json', ...state], { env }),
      runScript('status', ['--env', 'green', ...state], { env }),
    ]);
    expect(JSON.parse(blue.stdout)).toMatchObject({
      registry: { kind: 'local', environment: 'blue' },
      models: [{ model: 'm' }],
    });
    expect(JSON.parse(top.stdout)).toMatchObject({ models: [] });
    expect(green).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('does not bind a bucket as MODELS in [env.green]'),
    });
  });

  test.for([
    ['deploy', 2, '[env.red]'],
    ['status', 2, '[env.red]'],
    ['deploy-management', 2, '[env.red]'],
  ] as const)('nothing for %s if the configuration does not have it', async ([name, code, missing]) => {
    const refused = await runScript(name, ['--env', 'red'], { env });
    expect(refused).toMatchObject({
      code,
      stdout: '',
      stderr: expect.stringContaining(`staging.toml has no environment ${missing}`),
    });
  });

  test('which management Worker is deployed, and none without [env.NAME-management]', async () => {
    const refused = await runScript('deploy-management', ['--dry-run', '--env', 'blue'], { env });
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('has no environment [env.blue-management]'),
    });
  });
});

test('npm run deploy --dry-run, whose option npm consumes, deploys nothing and says what to type', async () => {
  const refused = await runNpm(['run', 'deploy', '--dry-run'], { cwd: PACKAGE_ROOT, env });
  expect(refused).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('npm run deploy -- --dry-run'),
  });
  expect(refused.stdout).not.toContain('dry-run: exiting');
});

test('a configuration without a management Worker deploys none', async () => {
  const alone = join(folder, 'alone.toml');
  await writeFile(alone, (await readFile(staging, 'utf8')).replace(/\[env[\s\S]*/, ''));
  const refused = await runScript('deploy-management', ['--dry-run'], {
    env: { EDGE_SERVING_CONFIG: alone },
  });
  expect(refused).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('no environment [env.'),
  });
});
