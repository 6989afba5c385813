import { cp, mkdir, readdir, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../scripts/files/package_root.ts';
import { GRAPH_MODEL, writeFiles } from '../../fixtures/commands/model_directories.ts';
import { runScript, runScriptWithin, startScript } from '../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { layer, sequential3 } from '../../fixtures/keras/import_bytes.ts';
import { writeKerasArchive } from '../../fixtures/keras/keras_files.ts';

const folder = await temporaryFolder();
/** The temporary folder of the scripts, so that files left in it are found. */
const temporary = join(folder, 'temporary');
await mkdir(temporary);
const env = { TMPDIR: temporary };

const DIGITS = join(PACKAGE_ROOT, 'models/digits/1.0.0');

const units = 64;
const KERAS = await writeKerasArchive(
  sequential3([units], [layer('Dense', { name: 'd', units, activation: 'relu' })]),
  {
    'layers/dense/vars/0': { shape: [units, units], values: new Float32Array(units * units).fill(0.25) },
    'layers/dense/vars/1': { shape: [units], values: new Float32Array(units) },
  },
);
const GOLDEN = {
  examples: [{ inputs: { in: [Array(units).fill(1)] }, outputs: { d: [Array(units).fill(16)] } }],
};

const model = await writeFiles(join(folder, 'model'), { 'model.keras': KERAS, 'golden.json': GOLDEN });
const refused = await writeFiles(join(folder, 'refused'), {
  'model.keras': await writeKerasArchive(
    sequential3([2], [layer('Lambda', { name: 'code' }), layer('Mystery', { name: 'm' })]),
    {},
  ),
});

describe('convert', () => {
  test('writes what can be published, with its examples, and says what', async () => {
    const output = join(folder, 'converted');
    const { code, stdout } = await runScript('convert', [model, output], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/Converted keras-v3 to tfjs-layers-model in .*converted:/);
    expect(stdout).toMatch(/takes {2}in +float32 +\[\?, 64\]/);
    expect((await readdir(output)).sort()).toEqual(['golden.json', 'group1-shard1of1.bin', 'model.json']);
    const inspected = await runScript('inspect', [output, '--json'], { env });
    expect(JSON.parse(inspected.stdout)).toMatchObject({
      sourceFormat: 'tfjs-layers-model',
      parameters: units * units + units,
      weightBytes: 4 * (units * units + units),
    });
    expect(await readdir(temporary)).toEqual([]);
  });

  test('leaves an output alone that is not empty, unless it is told to replace it', async () => {
    const output = await writeFiles(join(folder, 'occupied'), { precious: 'yes' });
    const { code, stderr } = await runScript('convert', [model, output], { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /occupied is not empty: name another output directory, or replace it with --force/,
    );
    expect(await readFile(join(output, 'precious'), 'utf8')).toBe('yes');
    const forced = await runScript('convert', [model, output, '--force', '--json'], { env });
    expect(JSON.parse(forced.stdout)).toMatchObject({ output, sourceFormat: 'keras-v3' });
    expect(await readdir(output)).not.toContain('precious');
  });

  test('leaves nothing behind where it refuses, and names all that it refuses', async () => {
    const output = join(folder, 'never');
    const { code, stderr } = await runScript('convert', [refused, output], { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/Lambda.*"code".*Mystery.*"m"/);
    expect((await readdir(folder)).filter((name) => name.startsWith('never'))).toEqual([]);
  });

  test('makes the files smaller on request', async () => {
    const output = join(folder, 'small');
    const { code, stdout } = await runScript('convert', [model, output, '--quantize', 'uint8', '--json'], {
      env,
    });
    expect(code).toBe(0);
    const { files } = JSON.parse(stdout);
    const shard = files.find(({ path }: { path: string }) => path.endsWith('.bin'));
    expect(shard.bytes).toBeLessThan(2 * units * units);
    expect(JSON.parse(stdout).weightBytes).toBe(4 * (units * units + units));
  });

  test('puts files that examples name into them, and takes image.json along', async () => {
    const images = join(folder, 'images');
    await cp(DIGITS, images, { recursive: true });
    await cp(join(DIGITS, '../seven.png'), join(images, 'seven.png'));
    const golden = {
      examples: [
        { inputs: { image: [{ file: 'seven.png' }] }, outputs: { probabilities: [Array(10).fill(0)] } },
      ],
    };
    await writeFiles(images, { 'golden.json': golden });
    const output = join(folder, 'images_copy');
    expect(await runScript('convert', [images, output], { env })).toMatchObject({ code: 0 });
    expect((await readdir(output)).sort()).toEqual([
      'golden.json',
      'image.json',
      'model.json',
      'weights.bin',
    ]);
    const copied: typeof golden = JSON.parse(await readFile(join(output, 'golden.json'), 'utf8'));
    const file = await readFile(join(images, 'seven.png'));
    expect(copied.examples[0]?.inputs.image).toEqual([{ b64: file.toString('base64') }]);
  });

  test('copies a model that is in the form already, but not into itself', async () => {
    const graph = await writeFiles(join(folder, 'graph'), {
      'model.json': GRAPH_MODEL,
      'weights.bin': new Uint8Array(8),
    });
    const { code } = await runScript('convert', [graph, join(folder, 'copy')], { env });
    expect(code).toBe(0);
    expect(await readFile(join(folder, 'copy', 'weights.bin'))).toEqual(Buffer.alloc(8));
    const itself = await runScript('convert', [graph, graph, '--force'], { env });
    expect(itself.code).toBe(1);
    expect(itself.stderr).toMatch(/is where the model itself lies/);
    expect((await readdir(graph)).sort()).toEqual(['model.json', 'weights.bin']);
  });
});

test('says where it could not write, and leaves nothing behind', async () => {
  // A file size limit of one block simulates a full disk.
  const output = join(folder, 'too-large');
  const { code, stderr } = await runScriptWithin(1, 'convert', [model, output], { env });
  expect(code).toBe(1);
  expect(stderr).toContain(`cannot write the converted model into ${output}.partial-`);
  expect((await readdir(folder)).filter((name) => name.startsWith('too-large'))).toEqual([]);
});

test('a JSON file larger than any topology is not read', async () => {
  const directory = await writeFiles(join(folder, 'huge'), { 'model.json': '' });
  await truncate(join(directory, 'model.json'), 3 * 1024 ** 3);
  const { code, stderr } = await runScript('inspect', [directory], { env });
  expect(code).toBe(1);
  expect(stderr).toMatch(/model\.json: has 3221225472 bytes, and a JSON file of a model may have \d+/);
});

describe('inspect', () => {
  test('tells the format, the signatures, the layers and the sizes', async () => {
    const { code, stdout } = await runScript('inspect', [model], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^keras-v3, served as tfjs-layers-model: 4,160 parameters, 17 kB in memory/);
    expect(stdout).toMatch(/signature serving_default \(tensorflow\/serving\/predict\)/);
    expect(stdout).toMatch(/ 1 {2}Dense/);
    expect(await readdir(temporary)).toEqual([]);
  });

  test('tells how images become an input', async () => {
    const { code, stdout } = await runScript('inspect', [DIGITS], { env });
    expect(code).toBe(0);
    expect(stdout).toContain(
      'images become image of serving_default: 28 x 28, gray, stretch, bilinear, each sample',
    );
  });

  test('says what is wrong as JSON too', async () => {
    const { code, stdout } = await runScript('inspect', [refused, '--json'], { env });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ error: expect.stringMatching(/Lambda.*Mystery/) });
    expect(await readdir(temporary)).toEqual([]);
  });
});

test('no temporary file stays when a command is ended by a signal', async () => {
  const child = startScript('inspect', [model], { env });
  await new Promise<void>((resolve) => {
    const timer = setInterval(async () => {
      if ((await readdir(temporary)).length === 0) return;
      clearInterval(timer);
      resolve();
    }, 5);
    child.once('close', () => {
      clearInterval(timer);
      resolve();
    });
  });
  child.kill('SIGTERM');
  if (child.exitCode === null && child.signalCode === null) {
    await new Promise((resolve) => child.once('close', resolve));
  }
  expect(await readdir(temporary)).toEqual([]);
});
