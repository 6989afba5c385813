import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeGraphModel } from '../../../import/tfjs/writer/write_graph_model.ts';
import type { ImageInput } from '../../../worker/model/image_input.ts';
import { imageTensor } from '../../../worker/runtime/images/image_tensor.ts';
import { runScript } from '../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { bitmap } from '../../fixtures/images/bitmap.ts';
import { imageVector } from '../../fixtures/images/vectors.ts';
import { nested } from '../../fixtures/keras/nested_values.ts';
import { ImageNetwork } from '../../import/quantize/image_network.ts';

const folder = await temporaryFolder();
const SIDE = 16;
const IMAGE = { size: [16, 16], resize: 'nearest', scale: 0.0078125, offset: -1 };

const IMAGE_INPUT: ImageInput = {
  ...{
    signature: 'serving_default',
    input: 'x',
    height: SIDE,
    width: SIDE,
    fit: 'stretch',
    resize: 'nearest',
  },
  ...{ channels: 'rgb', layout: 'NHWC', scale: [IMAGE.scale], offset: [IMAGE.offset] },
};

const network = new ImageNetwork(3);
const graph = network.graph(
  network.classify(network.convolve(network.convolve(network.x, 16, 'Relu6', 3), 32, 'Relu', 16), 32, 10),
);

/** A directory with the network and files beside it. */
async function modelDirectory(name: string, files: Readonly<Record<string, unknown>>): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  await writeGraphModel(graph, path);
  for (const [file, content] of Object.entries(files))
    await writeFile(join(path, file), content instanceof Uint8Array ? content : JSON.stringify(content));
  return path;
}

async function folderOf(name: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  for (const [file, content] of Object.entries(files)) await writeFile(join(path, file), content);
  return path;
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

type Rows = number[][][];

/** An image of 8 x 8, whose pixels differ by its seed. */
const pixels = (seed: number): Rows =>
  numbers(8).map((y) =>
    numbers(8).map((x) => numbers(3).map((c) => (seed * 97 + y * 31 + x * 17 + c * 71) % 256)),
  );

/** What the nearest pixels become in the input, by arithmetic. */
function samplesOf(rows: Rows): Rows {
  const [height, width] = [rows.length, rows[0]?.length ?? 0];
  const nearest = (at: number, size: number): number => Math.floor(((at + 0.5) * size) / SIDE);
  return numbers(SIDE).map((y) =>
    numbers(SIDE).map((x) =>
      numbers(3).map((c) => (rows[nearest(y, height)]?.[nearest(x, width)]?.[c] ?? Number.NaN) / 128 - 1),
    ),
  );
}

/** The pixels that another decoder found in a file. */
function decodedElsewhere(name: string): Rows {
  const { shape, values } = imageVector(name);
  const [height = 0, width = 0, channels = 0] = shape;
  return numbers(height).map((y) =>
    numbers(width).map((x) => values.slice((y * width + x) * channels).slice(0, 3)),
  );
}

const requestOf = (...images: Rows[]): string => JSON.stringify({ instances: images.map(samplesOf) });

/** Decoders of JPEG differ in their last bits, so that this is of the server's. */
function samplesOfFile(file: Uint8Array): string {
  const { shape, values } = imageTensor([file], IMAGE_INPUT, 'float32');
  return JSON.stringify({ inputs: nested({ shape: [...shape], values: [...values] }) });
}

let outputs = 0;

async function quantize(model: string, ...words: readonly string[]) {
  outputs += 1;
  const output = join(folder, `output_${outputs}`);
  const { code, stdout, stderr } = await runScript('convert', [
    model,
    output,
    '--quantize',
    'int8',
    '--json',
    ...words,
  ]);
  const report: unknown = JSON.parse(stdout);
  return {
    ...{ code, report, stderr },
    weights: code === 0 ? await readFile(join(output, 'group1-shard1of1.bin'), 'base64') : undefined,
  };
}

const calibrate = (...paths: readonly string[]): string[] => paths.flatMap((path) => ['--calibrate', path]);

let model: string;
beforeAll(async () => {
  model = await modelDirectory('model', { 'image.json': IMAGE });
});

const WEBP = 'WebP without loss';
const PNG = 'PNG rgb 8';
const JPEG = 'JPEG 4:4:4';

describe('images as calibration', () => {
  test('give the ranges that their samples give, in a folder with requests', async () => {
    const images = await folderOf('images', {
      'a.bmp': bitmap(pixels(1)),
      'b.webp': imageVector(WEBP).file,
      'c.png': imageVector(PNG).file,
      // The content tells what a file is.
      'd.json': requestOf(pixels(2)),
      'e.json': JSON.stringify({ instances: [{ file: 'a.bmp' }] }),
      'f.jpg': imageVector(JPEG).file,
      LICENSE: 'Anybody may use them.',
      '.hidden': '',
    });
    const samples = await folderOf('samples', {
      'a.json': requestOf(pixels(1)),
      'b.json': requestOf(decodedElsewhere(WEBP)),
      'c.json': requestOf(decodedElsewhere(PNG)),
      'd.json': requestOf(pixels(2)),
      'e.json': requestOf(pixels(1)),
      'f.json': samplesOfFile(imageVector(JPEG).file),
    });
    const byImages = await quantize(model, ...calibrate(images));
    expect(byImages).toMatchObject({ code: 0, report: { integers: { examples: 6 } } });
    const bySamples = await quantize(model, ...calibrate(samples));
    expect(byImages.weights).toBe(bySamples.weights);
    const byOne = await quantize(model, ...calibrate(join(images, 'a.bmp')));
    expect(byOne.weights).not.toBe(bySamples.weights);
  });

  test('of golden.json are decoded too', async () => {
    const outputs = { y0: [numbers(10).map(() => 0.1)] };
    const golden = (x: unknown) => ({ examples: [{ inputs: { x }, outputs }] });
    const withFile = await modelDirectory('golden_image', {
      'image.json': IMAGE,
      'cat.bmp': bitmap(pixels(3)),
      'golden.json': golden([{ file: 'cat.bmp' }]),
    });
    const withNumbers = await modelDirectory('golden_numbers', {
      'golden.json': golden([samplesOf(pixels(3))]),
    });
    const [byImages, bySamples] = [await quantize(withFile), await quantize(withNumbers)];
    expect(byImages).toMatchObject({
      code: 0,
      report: { integers: { examples: 1 }, accuracy: [{ output: 'y0' }] },
    });
    expect(byImages.weights).toBe(bySamples.weights);
  });

  test('that are damaged are refused, with the name of the file', async () => {
    const damaged = await folderOf('damaged', { 'cut.jpg': imageVector(JPEG).file.subarray(0, 300) });
    const { code, report } = await quantize(model, ...calibrate(damaged));
    expect({ code, report }).toEqual({
      code: 1,
      report: { error: expect.stringMatching(/cut\.jpg: the JPEG image /) },
    });
  });
});
