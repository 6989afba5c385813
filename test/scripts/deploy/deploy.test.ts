import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../scripts/files/package_root.ts';
import { buildWorker } from '../../../scripts/rehearsal/sandbox/worker_build.ts';
import { runNpm } from '../../fixtures/commands/run_npm.ts';
import { runScript } from '../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';

const folder = await temporaryFolder();
const staging = join(folder, 'staging.toml');
const worker = (says: string) => `export default { fetch: () => new Response('${says}') };`;
await writeFile(join(folder, 'index.ts'), worker('the staging Worker'));
await writeFile(join(folder, 'management.ts'), worker('the management Worker of staging'));
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
