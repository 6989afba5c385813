import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../scripts/files/package_root.ts';
import { occupyPort } from '../../fixtures/commands/free_port.ts';
import { writeGraphModel } from '../../fixtures/commands/model_directories.ts';
import { runScript } from '../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';

const folder = await temporaryFolder();

describe.concurrent('a wrong command line', () => {
  test.for([
    ['publish', [], /required option '--model <name>'/],
    ['publish', ['x', '--model', '../x'], /--model <name> cannot be '\.\.\/x'\. A name consists of/],
    ['publish', ['x', '--model', 'm', '--version', '1.2'], /MAJOR\.MINOR\.PATCH/],
    ['publish', ['x', '--model', 'm', '--version', '1.2.3', '--bump', 'patch'], /cannot be used with/],
    ['publish', ['x', '--model', 'm', '--bump', 'tiny'], /major, minor, patch/],
    ['publish', ['x', 'y', '--model', 'm'], /too many arguments/],
    ['rollback', [], /missing required argument 'model'/],
    ['rollback', ['m', '--remote', '--persist-to', 'x'], /cannot be used with/],
    ['status', ['m', '--frobnicate'], /unknown option '--frobnicate'/],
    ['prune', ['m'], /required option '--keep <count>'/],
    ['prune', ['m', '--keep', '-1'], /^--keep <count> cannot be '-1'\. The value must be a whole number/],
    ['publish', ['x', '--model', 'm', '--stage', '--label', 'l'], /cannot be used with/],
    ['promote', ['m', '--version', '1.2'], /MAJOR\.MINOR\.PATCH/],
    ['canary', ['m', '--version', '2'], /required option '--percent <share>'/],
    ['canary', ['m', '--version', '2', '--percent', '101'], /number from 0 to 100/],
    ['shadow', ['m', '--version', '2', '--percent', '-1'], /number from 0 to 100/],
    ['shadow', ['m', '--version', '2', '--percent', '0x10'], /number from 0 to 100/],
    ['promote', ['m', '--reason', 'x'.repeat(1001)], /1001 characters; at most 1000 are kept/],
    ['promote', ['m', '--by', 'x'.repeat(201)], /201 characters; at most 200 are kept/],
    ['label', ['m', '--label', 'a/b', '--version', '2'], /A name consists of/],
    ['label', ['m', '--label', 'l', '--version', '2', '--remove'], /cannot be used with/],
    ['dev', ['--port', '70000'], /1 to 65535/],
    ['dev', ['--var', 'MAX_REQUEST_MB=1'], /NAME:VALUE/],
    ['dev', ['--var', 'MAX_REQEST_MB:1'], /The Worker has no variable MAX_REQEST_MB/],
    ['promote', ['m', '--reason', 'a', '--reason', 'b'], /--reason was given twice/],
    ['promote', ['m', '--reason='], /--reason was given an empty value/],
    ['status', ['--persist-to', ''], /--persist-to was given an empty value/],
    ['inspect', [''], /an argument is empty/],
    ['rollback', ['m', '--persist-to', '--remote'], /was given --remote as its value/],
    ['rollback', ['m', '1.0.0', '2.0.0'], /too many arguments/],
    ['rollback', ['m', '1.0.0', '--to', '2.0.0'], /two versions were given, 1\.0\.0 and 2\.0\.0/],
    ['canary', ['m', '1', '--version', '2', '--percent', '5'], /two versions were given, 1 and 2/],
    ['label', ['m'], /the label is missing/],
    ['label', ['m', 'stable'], /the version for the label is missing, or --remove/],
    ['label', ['m', 'stable', '1.0.0', '--remove'], /--remove takes no version/],
    ['label', ['m', 'stable', '1.0.0', '--label', 'old'], /two labels were given, stable and old/],
    ['rollback', ['m', 'latest'], /^<version> cannot be 'latest'\. A version is MAJOR\.MINOR\.PATCH/],
    ['promote', ['m', '--model-version', '1', '--version', '2'], /cannot be used with/],
    ['token', ['--name', 'x', '--name', 'y'], /--name was given twice/],
  ] as const)('of %s %j ends with code 2 and says what is wrong', async ([script, parameters, expected]) => {
    const human = await runScript(script, parameters);
    expect(human).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(expected) });
    expect(human.stderr).toContain(`edge-serving ${script} --help`);
  });

  test('is answered in JSON where that is asked for', async () => {
    const { code, stdout, stderr } = await runScript('publish', ['--json']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      error: expect.stringContaining('--model'),
      code: 'ERR_COMMAND_LINE_INVALID',
    });
  });

  test('does not include a request for help', async () => {
    const { code, stdout } = await runScript('publish', ['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: edge-serving publish <model> --model <name> [options]\n');
    expect(stdout).toMatch(/--model <name> .*\(required\)/);
    expect(stdout).toMatch(/Exit codes: 0 .*; 1 .*; 2 /);
  });

  test('reports options that npm consumed', async () => {
    const published = await runScript('publish', ['x', 'y'], { env: { npm_config_model: 'true' } });
    expect(published).toMatchObject({ code: 2, stdout: '' });
    expect(published.stderr).toMatch(/required option '--model <name>'[\s\S]*Did you omit `--` before/);
    const remote = await runScript('status', [], { env: { npm_config_remote: 'true' } });
    expect(remote).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('npm consumed --remote'),
    });
  });
});

test('commands that only read or undo create no local state', async () => {
  const before = await readdir(folder);
  for (const [script, ...parameters] of [
    ['status'],
    ['rollback', 'm'],
    ['prune', 'm', '--keep', '1', '--yes'],
    ['promote', 'm'],
    ['label', 'm', '--label', 'l', '--remove'],
    ['canary', 'm', '--percent', '0'],
    ['canary', 'm', '1', '--percent', '33.333333333333336'],
    ['canary', 'm', '1', '--percent', '.5'],
  ] as const) {
    expect(await runScript(script, [...parameters, '--persist-to', 'nowhere'], { cwd: folder })).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'the local state folder nowhere does not exist\nedge-serving dev and edge-serving publish create it.\n',
    });
  }
  expect(await readdir(folder)).toEqual(before);
});

test('publish, status, rollback and prune work on one state folder, in words and in JSON', async () => {
  const state = join(folder, 'state');
  await writeGraphModel(join(folder, 'half', '1.0.0'));
  await writeGraphModel(join(folder, 'half', '1.1.0'));
  const there = { cwd: folder };
  const registry = { kind: 'local', directory: state };

  const first = await runScript(
    'publish',
    ['half/1.0.0', '--model', 'half', '--persist-to', 'state', '--skip-rehearsal'],
    there,
  );
  expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining('weights.bin uploaded') });
  expect(first.stdout).toContain('Published half 1.0.0 to local state state.');

  // Like npm: in the package's root, with the caller's folder in INIT_CWD.
  const second = await runScript(
    'publish',
    [
      'half/1.1.0',
      '--model',
      'half',
      '--persist-to',
      'state',
      '--reason',
      'retrained',
      '--by',
      'ci',
      '--skip-rehearsal',
      '--json',
    ],
    { cwd: PACKAGE_ROOT, env: { INIT_CWD: folder } },
  );
  expect(second).toMatchObject({ code: 0, stderr: '' });
  const change = {
    generation: 2,
    action: 'publish',
    from: '1.0.0',
    to: '1.1.0',
    by: 'ci',
    reason: 'retrained',
  };
  expect(JSON.parse(second.stdout)).toMatchObject({
    model: 'half',
    version: '1.1.0',
    registry,
    manifest: 'written',
    uploaded: [{ path: 'weights.bin', bytes: 8 }],
    present: [{ path: 'model.json' }],
    uploadedBytes: 8,
    change,
    current: '1.1.0',
    generation: 2,
    rehearsal: { kind: 'skipped' },
    differences: [],
  });

  const rollback = await runScript('rollback', ['half', '--persist-to', state, '--json']);
  expect(rollback.code).toBe(0);
  expect(JSON.parse(rollback.stdout)).toMatchObject({
    model: 'half',
    registry,
    change: { action: 'rollback', from: '1.1.0', to: '1.0.0' },
    current: '1.0.0',
    generation: 3,
  });

  expect(await runScript('rollback', ['half', '1.0.0', '--persist-to', state])).toMatchObject({
    code: 3,
    stdout: `half 1.0.0 is current in local state ${state} already: nothing to do.\n`,
  });
  expect(await runScript('promote', ['half', '1.0.0', '--persist-to', state])).toMatchObject({ code: 0 });

  const refused = await runScript('rollback', ['half', '1.1.1', '--persist-to', state]);
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/half 1\.1\.1 is not published \(in .*\); there are 1\.1\.0, 1\.0\.0\n$/),
  });

  const [one, all, prune, ...unknown] = await Promise.all([
    runScript('status', ['half', '--persist-to', state, '--json']),
    runScript('status', ['--persist-to', state, '--json']),
    runScript('prune', ['half', '--keep', '1', '--dry-run', '--persist-to', state, '--json']),
    runScript('status', ['other', '--persist-to', state]),
    runScript('history', ['other', '--persist-to', state]),
    runScript('rollback', ['other', '--persist-to', state]),
    runScript('prune', ['other', '--keep', '1', '--yes', '--persist-to', state]),
  ]);
  const [status] = JSON.parse(one.stdout).models;
  expect(status).toMatchObject({
    model: 'half',
    pointer: { schema: 1, generation: 3, history: [{ generation: 3 }, change, { generation: 1 }] },
    versions: [
      { version: '1.0.0', format: 'tfjs-graph-model' },
      { version: '1.1.0', publishedBy: 'ci' },
    ],
  });
  expect(JSON.parse(one.stdout)).toEqual({ registry, models: [status] });
  expect(JSON.parse(all.stdout)).toEqual({ registry, models: [status] });
  expect(JSON.parse(prune.stdout)).toEqual({
    model: 'half',
    registry,
    dryRun: true,
    versions: [],
    kept: ['1.0.0', '1.1.0'],
    keptBecause: { '1.0.0': ['current'], '1.1.0': ['newest', 'previous'] },
    blobs: [],
    bytes: 0,
  });
  const exported = await runScript('history', ['half', '--export', '--persist-to', state]);
  expect(exported).toMatchObject({ code: 0 });
  const lines = exported.stdout.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(status.pointer.history.toReversed());
  const table = await runScript('history', ['half', '--persist-to', state]);
  expect(table.stdout.split('\n').map((line) => line.trim().split(/ {2,}/)[0])).toEqual(['3', '2', '1', '']);
  for (const { code, stdout, stderr } of unknown) {
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const missing = `the model other does not exist in local state ${state}; there is half`;
    expect(stderr.trimEnd().endsWith(missing)).toBe(true);
  }
});

test('commands on the remote bucket fail at once if the user is not logged in', async () => {
  const home = { HOME: folder, XDG_CONFIG_HOME: folder, CLOUDFLARE_API_TOKEN: '' };
  const { code, stdout, stderr } = await runScript('status', ['--remote', '--json'], { env: home });
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({
    error: expect.stringMatching(
      /the REMOTE bucket edge-serving-models cannot be opened[\s\S]*npx wrangler login/,
    ),
    code: 'ERR_REMOTE_UNAVAILABLE',
  });
});

test('dev reports that its port is in use', async () => {
  const { server, port } = await occupyPort();
  try {
    const result = await runScript('dev', ['--port', String(port), '--persist-to', join(folder, 'unused')]);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain(
      `port ${port} is in use; choose another one, with edge-serving dev --port`,
    );
  } finally {
    server.close();
  }
});
