import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../scripts/files/package_root.ts';
import { half, notANumber } from '../../fixtures/commands/failing_models.ts';
import { runScript } from '../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';

const folder = await temporaryFolder();
const record = (...parameters: readonly string[]) => runScript('record', parameters, { cwd: folder });
const golden = async (directory: string): Promise<unknown> =>
  JSON.parse(await readFile(join(directory, 'golden.json'), 'utf8'));

test('record keeps the answers to the requests given, overwrites only when told to, and publish agrees', async () => {
  const directory = await half(join(folder, 'half'));
  await writeFile(join(folder, 'rows.json'), '{"instances":[1,2]}');
  await writeFile(join(folder, 'columns.json'), '{"inputs":{"x":[5]}}');
  const first = await record('half', '--input', 'rows.json', '--input', 'columns.json', '--tolerance', '0.5');
  expect(first).toMatchObject({ code: 0, stdout: 'Recorded 2 golden examples in half/golden.json.\n' });
  const examples = [
    { signature_name: 'serving_default', inputs: { x: [1, 2] }, outputs: { y: [2.5, 3] }, tolerance: 0.5 },
    { signature_name: 'serving_default', inputs: { x: [5] }, outputs: { y: [4.5] }, tolerance: 0.5 },
  ];
  expect(await golden(directory)).toEqual({ examples });
  const second = await record('half');
  expect(second).toMatchObject({
    code: 1,
    stderr: 'half/golden.json exists already; --force overwrites it\n',
  });
  expect(await golden(directory)).toEqual({ examples });
  const forced = await record('half', '--force', '--json');
  expect(JSON.parse(forced.stdout)).toMatchObject({
    path: join(directory, 'golden.json'),
    examples: [{ inputs: { x: [expect.any(Number)] }, outputs: { y: [expect.any(Number)] } }],
  });
  expect((await readdir(directory)).sort()).toEqual(['golden.json', 'model.json', 'weights.bin']);
  const published = await runScript(
    'publish',
    ['half', '--model', 'half', '--persist-to', 'state', '--dry-run'],
    { cwd: folder },
  );
  expect(published).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('agrees with 1 golden example'),
  });
});

test('a request may name files, which golden examples and warmup requests may too', async () => {
  const directory = join(folder, 'digits');
  await cp(join(PACKAGE_ROOT, 'models/digits/1.0.0'), directory, { recursive: true });
  await cp(join(PACKAGE_ROOT, 'models/digits/seven.png'), join(directory, 'seven.png'));
  await rm(join(directory, 'golden.json'));
  await writeFile(join(directory, 'request.json'), '{"instances":[{"file":"seven.png"}]}');
  expect(await record('digits', '--input', 'digits/request.json')).toMatchObject({ code: 0 });
  const file = (await readFile(join(directory, 'seven.png'))).toString('base64');
  const [likely, seven] = [expect.any(Number), expect.closeTo(1, 1)];
  const probabilities = Array.from({ length: 10 }, (_, digit) => (digit === 7 ? seven : likely));
  const inputs = { image: [{ b64: file }] };
  const recorded = { signature_name: 'serving_default', inputs, outputs: { probabilities: [probabilities] } };
  expect(await golden(directory)).toEqual({ examples: [recorded] });
  // By hand, with the file in its place.
  const named = JSON.parse(
    JSON.stringify(await golden(directory)).replace(`{"b64":"${file}"}`, '{"file":"seven.png"}'),
  );
  await writeFile(join(directory, 'golden.json'), JSON.stringify(named));
  const published = await runScript(
    'publish',
    ['digits', '--model', 'digits', '--persist-to', 'digits-state', '--dry-run'],
    { cwd: folder },
  );
  expect(published).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('agrees with 1 golden example'),
  });
});

test('what is no number can be meant: once it is recorded, publish agrees', async () => {
  const directory = await notANumber();
  expect(await record(directory)).toMatchObject({ code: 0 });
  expect(await golden(directory)).toMatchObject({ examples: [{ outputs: { y: ['NaN'] } }] });
  const published = await runScript('publish', [
    ...[directory, '--model', 'nan', '--persist-to', join(folder, 'nan'), '--dry-run'],
  ]);
  expect(published).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('agrees with 1 golden example'),
  });
});

test('a request that is none, or that the model refuses, is named', async () => {
  await half(join(folder, 'bad'));
  await writeFile(join(folder, 'both.json'), '{"inputs":[1],"instances":[1]}');
  await writeFile(join(folder, 'words.json'), '{"inputs":["a"]}');
  for (const [file, expected] of [
    ['missing.json', /missing\.json is not a file/],
    ['both.json', /both\.json: it must have either "instances" or "inputs"/],
    ['words.json', /words\.json: the model cannot compute it/],
  ] as const) {
    const { code, stderr } = await record('bad', '--input', file);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(expected) });
  }
  expect(await readdir(join(folder, 'bad'))).not.toContain('golden.json');
});
