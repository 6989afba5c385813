import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openModel } from '../../../import/open_model.ts';
import { withTemporaryDirectory } from '../../../scripts/files/temporary_directory.ts';
import { REPOSITORY } from '../../fixtures/edge/built_worker.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { bitmap } from '../../fixtures/images/bitmap.ts';
import { publishModel } from '../../fixtures/models/publish_directory.ts';

const MODELS = path.join(REPOSITORY, '../shared/models/tflite');
if (!existsSync(MODELS)) process.emitWarning(`SKIPPED: pictures for TensorFlow Lite; there is no ${MODELS}`);

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

const OutputSchema = v.object({ outputs: v.tuple([v.object({ data: v.array(v.number()) })]) });
const PredictionsSchema = v.object({ predictions: v.tuple([v.array(v.number())]) });

/** A picture of raw samples, red, green and blue, as a file. */
function pictureOf(name: string, size: number): Uint8Array {
  const samples = readFileSync(path.join(MODELS, `img_${name}_${size}.bin`));
  const row = (y: number) =>
    Array.from({ length: size }, (_, x) => [...samples.subarray((y * size + x) * 3, (y * size + x) * 3 + 3)]);
  return bitmap(Array.from({ length: size }, (_, y) => row(y)));
}

async function post(model: string, method: string, picture: Uint8Array): Promise<unknown> {
  const response = await fetch(new URL(`/v1/models/${model}:${method}`, edge.isolates[0]), {
    method: 'POST',
    body: Buffer.from(picture),
    headers: { 'content-type': 'image/bmp' },
  });
  return response.json();
}

/** The files state a normalization for floats, which their quantization takes back: the samples are the integers. */
describe.skipIf(!existsSync(MODELS))('a quantized network takes the file of a picture', () => {
  test.each([
    ['mobilenet_v1_0.25_128_quant', 'cat', 128],
    ['mobilenet_v1_0.25_128_quant', 'bird', 128],
    ['tf2_mobilenet_v2_1.0_224_ptq', 'cat', 224],
    ['tf2_mobilenet_v2_1.0_224_ptq', 'bird', 224],
  ])('%s, a %s', async (file, picture, size) => {
    const model = `${file}-${picture}`;
    await publishModel(edge.store, path.join(MODELS, `${file}.tflite`), model, '1');
    const known: unknown = JSON.parse(readFileSync(path.join(MODELS, `${file}.${picture}.json`), 'utf8'));
    const wanted = v.parse(OutputSchema, known).outputs[0].data;
    const bytes = pictureOf(picture, size);
    const { predictions } = v.parse(PredictionsSchema, await post(model, 'predict', bytes));
    for (const [index, value] of wanted.entries())
      expect(Math.abs((predictions[0][index] ?? Number.NaN) - value)).toBeLessThanOrEqual(1);
  });

  test('of which the darkest and the brightest pixels are in the range', async () => {
    await publishModel(edge.store, path.join(MODELS, 'mobilenet_v1_0.25_128_quant.tflite'), 'ends', '1');
    const ends = [0, 255].map((sample) => [sample, sample, sample]);
    expect(v.is(PredictionsSchema, await post('ends', 'predict', bitmap([ends])))).toBe(true);
  });

  test('whose labels, in an archive behind the model, name the classes', () =>
    withTemporaryDirectory(async (temporaryDirectory) => {
      const file = path.join(MODELS, 'tf2_mobilenet_v2_1.0_224_ptq.tflite');
      const opened = await openModel(file, { temporaryDirectory });
      if (opened.kind !== 'read') throw new Error(opened.message);
      const classes = opened.content.signatures.serving_default?.outputs.Identity?.classes;
      expect(classes).toEqual(
        readFileSync(path.join(MODELS, 'imagenet_labels.txt'), 'utf8').trimEnd().split('\n'),
      );
    }));
});
