import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openModel, quantizationAccuracy } from '../../../import/index.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { SAMPLES } from '../../fixtures/models/publish_directory.ts';

const folder = await temporaryFolder();

/** The sample of digits, whose model.json names the classes, with a layer that rescales images in place of its image.json. */
async function rescalingDigits(): Promise<string> {
  const path = join(folder, 'digits');
  await cp(`${SAMPLES}/digits/1.0.0`, path, { recursive: true });
  await rm(join(path, 'image.json'));
  const model = JSON.parse(await readFile(join(path, 'model.json'), 'utf8'));
  const { layers } = model.modelTopology.config;
  const rescaling = { class_name: 'Rescaling', name: 'rescaling', inbound_nodes: layers[1].inbound_nodes };
  layers[1].inbound_nodes = [[['rescaling', 0, 0, {}]]];
  layers.splice(1, 0, { ...rescaling, config: { name: 'rescaling', scale: 1 / 255, offset: 0 } });
  await writeFile(join(path, 'model.json'), JSON.stringify(model));
  return path;
}

async function contentOf(path: string, quantize?: 'int8') {
  const temporaryDirectory = join(folder, quantize ?? 'floats');
  await mkdir(temporaryDirectory);
  const opened = await openModel(path, { temporaryDirectory, ...(quantize && { quantize }) });
  if (opened.kind !== 'read') throw new Error(opened.message);
  return opened.content;
}

test('golden examples of files of images are not compared, and do not prevent a quantization', async () => {
  const opened = await openModel(await rescalingDigits(), { temporaryDirectory: join(folder, 'unused') });
  if (opened.kind !== 'read') throw new Error(opened.message);
  const inputs = { image: [{ b64: 'iVBORw0KGgo=' }] };
  const temporaryDirectory = join(folder, 'compared');
  const accuracy = await quantizationAccuracy('', opened, { temporaryDirectory, examples: [{ inputs }] });
  expect(accuracy).toEqual({ kind: 'read', value: [] });
});

test('a LayersModel that int8 makes a graph of keeps the names of its classes and takes the same images', async () => {
  const path = await rescalingDigits();
  const [floats, integers] = [await contentOf(path), await contentOf(path, 'int8')];
  expect([floats.format, integers.format]).toEqual(['tfjs-layers-model', 'tfjs-graph-model']);
  expect(integers.signatures.serving_default?.outputs.probabilities?.classes).toEqual([...'0123456789']);
  expect(floats.image).toMatchObject({ scale: [1], height: 28 });
  expect(integers.image).toEqual(floats.image);
});
