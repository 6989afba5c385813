import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { ask } from '../../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { layer, sequential3 } from '../../fixtures/keras/import_bytes.ts';
import { writeKerasArchive } from '../../fixtures/keras/keras_files.ts';
import { publishModel } from '../../fixtures/models/publish_directory.ts';
import { FLOAT, floats, node, shape, type } from '../../fixtures/saved_model/messages.ts';
import { type SavedModelDefinition, writeSavedModel } from '../../fixtures/saved_model/write_saved_model.ts';

const folder = await temporaryFolder();
let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

const code = { class_name: '__lambda__', config: { code: '4wEAAAA=', defaults: null, closure: null } };

/** Layers that compute tanh(x) * x by Python code. */
const OWN = [
  [
    'Lambda',
    layer('Lambda', { name: 'own', function: code, arguments: {} }),
    /Lambda layers are Python code/,
  ],
  [
    'a custom layer',
    { module: 'mine', class_name: 'TanhTimes', config: { name: 'own' }, registered_name: 'mine>TanhTimes' },
    /custom layer TanhTimes, which is Python code/,
  ],
  [
    'a layer of another version',
    layer('LayerToCome', { name: 'own' }),
    /layer LayerToCome, which is not known/,
  ],
] as const;

/** What `model.export` writes for `Rescaling(2.0, 1.0)` and such a layer. */
const EXPORTED: SavedModelDefinition = {
  nodes: [
    node('in', 'Placeholder', [], { dtype: type(FLOAT), shape: { shape: shape(-1, 3) } }),
    floats('scale', [], 2),
    floats('offset', [], 1),
    node('scaled', 'Mul', ['in', 'scale'], { T: type(FLOAT) }),
    node('x', 'AddV2', ['scaled', 'offset'], { T: type(FLOAT) }),
    node('tanh', 'Tanh', ['x'], { T: type(FLOAT) }),
    node('y', 'Mul', ['tanh', 'x'], { T: type(FLOAT) }),
  ],
  signatures: {
    serving_default: {
      inputs: { in: { name: 'in:0', dtype: FLOAT, shape: [-1, 3] } },
      outputs: { output_0: { name: 'y:0', dtype: FLOAT, shape: [-1, 3] } },
    },
  },
};

describe('a model with code of its own', () => {
  test.each(OWN)('is refused with a way out: %s', async (name, own, reason) => {
    const model = sequential3([3], [layer('Rescaling', { name: 'r', scale: 2, offset: 1 }), own]);
    await mkdir(path.join(folder, name), { recursive: true });
    const file = path.join(folder, name, 'model.keras');
    await writeFile(file, await writeKerasArchive(model, {}));
    const publishing = publishModel(edge.store, file, 'refused', '1');
    await expect(publishing).rejects.toThrow(reason);
    await expect(publishing).rejects.toThrow(/; export the model as a SavedModel and publish that: "own"$/);
  });

  test('is served as the SavedModel that the message advises', async () => {
    await publishModel(edge.store, await writeSavedModel(EXPORTED), 'exported', '1');
    const { body } = await ask(edge.isolates[0], '/v1/models/exported:predict', {
      instances: [[-1, 0, 0.25]],
    });
    const wanted = [-1, 1, 1.5].map((x) => Math.tanh(x) * x);
    expect(body).toEqual({ predictions: [wanted.map((value) => expect.closeTo(value, 6))] });
  });
});

describe('a refusal names the layer, its class and what to do', () => {
  test.each([
    [
      'Dense',
      { units: 2, activation: 'hyperbolic' },
      /activation hyperbolic, which is not known in layer Dense; export .*: "x"$/,
    ],
    [
      'Dense',
      { units: 2, sparsity: 0.5, blocks: 2 },
      /layer Dense with sparsity 0.5, and layer Dense with blocks 2; export .*: "x"$/,
    ],
    [
      'LSTM',
      { units: 2, activation: 'tanh', recurrent_activation: 'sigmoid', stateful: true },
      /layer LSTM with stateful true, .*; save the model with stateful=False: "x"$/,
    ],
    [
      'Conv2D',
      { filters: 1, kernel_size: [5, 5] },
      /layer Conv2D of a tensor of 2 dimensions; export .*: "x"$/,
    ],
    [
      'Flatten',
      { data_format: 'first' },
      /layer Flatten with data_format "first", which is none of .*; export .*: "x"$/,
    ],
    ['StringLookup', { vocabulary: null }, /layer StringLookup without its vocabulary; export .*: "x"$/],
  ])('%s with %o', async (className, config, expected) => {
    const model = sequential3([3], [layer(className, { name: 'x', ...config })]);
    const file = path.join(folder, 'refused.keras');
    await writeFile(file, await writeKerasArchive(model, {}));
    await expect(publishModel(edge.store, file, 'refused', '1')).rejects.toThrow(expected);
  });
});
