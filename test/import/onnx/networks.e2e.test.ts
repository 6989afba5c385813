import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openModel } from '../../../import/open_model.ts';
import { REPOSITORY } from '../../fixtures/edge/built_worker.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { publishModel } from '../../fixtures/models/publish_directory.ts';
import { infer, type RawTensor } from '../../fixtures/requests/raw_inference.ts';
import { isSame, readStored } from './stored_tensors.ts';

const SHARED = path.join(REPOSITORY, '../shared');
const LIGHT = path.join(SHARED, 'conformance/onnx/light');
const PITCH = path.join(SHARED, 'models/basic-pitch/other-formats');
if (!existsSync(SHARED)) process.emitWarning(`SKIPPED: networks in ONNX; there is no ${SHARED}`);

const TensorsSchema = v.array(v.object({ name: v.string(), shape: v.array(v.number()) }));
const MetadataSchema = v.object({ inputs: TensorsSchema, outputs: TensorsSchema });

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

async function metadataOf(model: string): Promise<v.InferOutput<typeof MetadataSchema>> {
  const response = await fetch(new URL(`/v2/models/${model}`, edge.isolates[0]));
  return v.parse(MetadataSchema, await response.json());
}

/** ResNet-50 has 102 MB of weights in single precision, which do not fit an isolate. */
const networks = existsSync(LIGHT)
  ? readdirSync(LIGHT).filter((name) => name.endsWith('.onnx') && !name.includes('resnet50'))
  : [];

describe.skipIf(networks.length === 0)('a whole network answers what ONNX says', () => {
  test.each(networks)('%s', async (file) => {
    const model = path.basename(file, '.onnx');
    await publishModel(edge.store, path.join(LIGHT, file), model, '1');
    const { inputs, outputs } = await metadataOf(model);
    const [input, output] = [inputs[0], outputs[0]];
    if (input === undefined || output === undefined) throw new Error('the network has no ends');
    // Ones divided by their count.
    const count = input.shape.reduce((product, size) => product * size, 1);
    const data = Array.from({ length: count }, () => Math.fround(1 / count));
    const image: RawTensor = { shape: input.shape, datatype: 'FP32', data };
    const wanted = await readStored(path.join(LIGHT, `${model}_output_0.pb`));
    for (let round = 0; round < 3; round++) {
      const answer = await infer(edge.isolates[0], model, { [input.name]: image });
      if (answer.kind === 'refused') throw new Error(answer.message);
      const given = answer.outputs[output.name];
      expect(given?.shape).toEqual(wanted.shape);
      expect(given !== undefined && isSame(given, wanted)).toBe(true);
    }
  });
});

describe.skipIf(!existsSync(PITCH))('one network in two formats', () => {
  test('answers the same as ONNX and as a SavedModel', async () => {
    await publishModel(edge.store, path.join(PITCH, 'nmp.onnx'), 'pitch-onnx', '1');
    await publishModel(edge.store, path.join(PITCH, 'nmp'), 'pitch-saved', '1');
    const samples = Array.from({ length: 43_844 }, (_, index) => Math.fround(Math.sin(index / 17) / 3));
    const window: RawTensor = { shape: [1, 43_844, 1], datatype: 'FP32', data: samples };
    const answers = await Promise.all(
      ['pitch-onnx', 'pitch-saved'].map(async (model) => {
        const { inputs } = await metadataOf(model);
        const answer = await infer(edge.isolates[0], model, { [inputs[0]?.name ?? '']: window });
        if (answer.kind === 'refused') throw new Error(answer.message);
        return Object.values(answer.outputs);
      }),
    );
    const [onnx = [], saved = []] = answers;
    expect(onnx).toHaveLength(3);
    // Their names differ. Each output of one is one of the other's.
    for (const output of onnx) {
      expect(saved.some((other) => isSame(output, other))).toBe(true);
    }
  });

  test('is refused with a reason wherever its file ends', async () => {
    const bytes = await readFile(path.join(PITCH, 'nmp.onnx'));
    const directory = await mkdtemp(path.join(tmpdir(), 'onnx-'));
    const file = path.join(directory, 'cut.onnx');
    for (let part = 1; part < 40; part++) {
      await writeFile(file, bytes.subarray(0, Math.floor((bytes.length * part) / 40)));
      const opened = await openModel(file, {
        temporaryDirectory: await mkdtemp(path.join(directory, 'out-')),
      });
      expect(opened.kind).not.toBe('read');
    }
  });
});
