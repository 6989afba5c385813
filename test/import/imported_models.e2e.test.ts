import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLocalRegistry } from '../../scripts/registry/local/local_registry.ts';
import { readManifest } from '../../worker/registry/version/version_store.ts';
import { writeFiles } from '../fixtures/commands/model_directories.ts';
import { runScript } from '../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../fixtures/commands/temporary_folder.ts';
import { ask } from '../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../fixtures/edge/edge.ts';
import { layer, sequential3 } from '../fixtures/keras/import_bytes.ts';
import { writeKerasArchive, writeKerasH5 } from '../fixtures/keras/keras_files.ts';
import { haveSharedModels, SHARED_MODELS } from '../fixtures/saved_model/shared_models.ts';

const folder = await temporaryFolder();
const state = join(folder, 'state');

/** d = relu([1, 2] x + [0.5]) */
const KERNEL = { shape: [2, 1], values: [1, 2] };
const BIAS = { shape: [1], values: [0.5] };
const KERAS_2 = {
  class_name: 'Sequential',
  config: {
    name: 'model',
    layers: [
      { class_name: 'InputLayer', config: { name: 'in', batch_input_shape: [null, 2], dtype: 'float32' } },
      { class_name: 'Dense', config: { name: 'd', units: 1, activation: 'relu', use_bias: true } },
    ],
  },
};
const KERAS_3 = sequential3([2], [layer('Dense', { name: 'd', units: 1, activation: 'relu' })]);
const INPUT = {
  instances: [
    [1, 3],
    [-5, 1],
  ],
};
const OUTPUT = { predictions: [[7.5], [0]] };

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge.stop());

/** Publishes with the real script, and copies the written bucket to the Worker. */
async function publish(path: string, model: string): Promise<string> {
  const { code, stdout, stderr } = await runScript('publish', [
    path,
    '--model',
    model,
    '--persist-to',
    state,
    '--json',
  ]);
  expect(code, stdout + stderr).toBe(0);
  const registry = await openLocalRegistry(state);
  try {
    for await (const { key } of registry.store.list('')) {
      const read = await registry.store.get(key);
      if (read.kind !== 'found') throw new Error(`${key} is ${read.kind}`);
      const bytes = new Uint8Array(await new Response(read.object.stream).arrayBuffer());
      await edge.store.put(key, bytes, { condition: { kind: 'always' } });
    }
  } finally {
    await registry.close();
  }
  return JSON.parse(stdout).version;
}

async function answer(path: string, body: object): Promise<unknown> {
  const { status, body: answered } = await ask(edge.isolates[0], path, body);
  expect(status, JSON.stringify(answered)).toBe(200);
  return answered;
}

describe('published as it was saved, a model answers', () => {
  test('from a Keras 2 .h5 file, in the version of its directory', async () => {
    const bytes = await writeKerasH5(KERAS_2, { d: { 'd/kernel:0': KERNEL, 'd/bias:0': BIAS } });
    await writeFiles(join(folder, 'h5/3'), {
      'model.h5': bytes,
      'golden.json': { examples: [{ inputs: { in: [[1, 3]] }, outputs: { d: [[7.5]] } }] },
    });
    expect(await publish(join(folder, 'h5/3'), 'h5')).toBe('3');
    expect(await answer('/v1/models/h5:predict', INPUT)).toEqual(OUTPUT);
    const manifest = await readManifest(edge.store, 'h5', '3');
    expect(manifest).toMatchObject({
      kind: 'found',
      manifest: {
        provenance: { sourceFormat: 'keras-h5' },
        content: { golden: [{ inputs: { in: [[1, 3]] } }] },
      },
    });
  });

  test('from a Keras 3 archive', async () => {
    const bytes = await writeKerasArchive(KERAS_3, {
      'layers/dense/vars/0': KERNEL,
      'layers/dense/vars/1': BIAS,
    });
    const directory = await writeFiles(join(folder, 'archive'), { 'saved.keras': bytes });
    await publish(join(directory, 'saved.keras'), 'archive');
    expect(await answer('/v1/models/archive:predict', INPUT)).toEqual(OUTPUT);
  });
});

describe.skipIf(!haveSharedModels())("TensorFlow Serving's own test models", () => {
  test.each(['saved_model_half_plus_two_cpu', 'saved_model_half_plus_two_tf2_cpu'])(
    '%s answers predict, classify and regress',
    async (name) => {
      await publish(join(SHARED_MODELS, 'tensorflow-serving', name, '00000123'), name);
      const model = `/v1/models/${name}`;
      expect(await answer(`${model}/versions/123:predict`, { instances: [1, 2, 5] })).toEqual({
        predictions: [2.5, 3, 4.5],
      });
      // A number without a fraction would be an int64 feature.
      const signature = (signature_name: string, x: number) => ({ signature_name, examples: [{ x }] });
      expect(await answer(`${model}:regress`, signature('regress_x_to_y', 80.5))).toEqual({
        results: [42.25],
      });
      expect(await answer(`${model}:classify`, signature('classify_x_to_y', 20.5))).toEqual({
        results: [[['', 12.25]]],
      });
    },
  );
});
