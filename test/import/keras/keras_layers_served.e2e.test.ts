import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeFiles } from '../../fixtures/commands/model_directories.ts';
import { runScript } from '../../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { ask } from '../../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import type { PlainTensor } from '../../fixtures/keras/hdf5_writer.ts';
import { layer, sequential3 } from '../../fixtures/keras/import_bytes.ts';
import { writeKerasArchive } from '../../fixtures/keras/keras_files.ts';

const folder = await temporaryFolder();
const state = join(folder, 'state');

const ONE: PlainTensor = { shape: [1, 1], values: [1] };
/** h = x + h, in two layers. */
const RUNNING_SUMS = Object.fromEntries(
  ['simple_rnn', 'simple_rnn_1'].flatMap((group) =>
    [0, 1].map((index) => [`layers/${group}/cell/vars/${index}`, ONE]),
  ),
);
const runningSum = (name: string, more: object = {}) =>
  layer('SimpleRNN', { name, units: 1, activation: 'linear', use_bias: false, ...more });

const vector = (values: readonly number[]): PlainTensor => ({ shape: [values.length], values });

/** A layer of a Functional model. */
function member(object: object, name: string, input?: string, kwargs: object = {}): object {
  const nodes = input === undefined ? [] : [{ args: [tensor(input)], kwargs }];
  return { ...object, name, inbound_nodes: nodes };
}

function tensor(from: string): object {
  const config = { shape: [null], dtype: 'float32', keras_history: [from, 0, 0] };
  return { class_name: '__keras_tensor__', config };
}

const input = (name: string, shape: readonly number[]) =>
  member(layer('InputLayer', { name, batch_shape: [null, ...shape], dtype: 'float32' }), name);

const MODELS: Readonly<Record<string, { configuration: object; variables: Record<string, PlainTensor> }>> = {
  masked: {
    configuration: sequential3(
      [3],
      [
        layer('Embedding', { name: 'e', input_dim: 3, output_dim: 1, mask_zero: true }),
        runningSum('a'),
        layer('RepeatVector', { name: 'r', n: 3 }),
        runningSum('b'),
      ],
    ),
    variables: { 'layers/embedding/vars/0': { shape: [3, 1], values: [9, 1, 3] }, ...RUNNING_SUMS },
  },
  started: {
    configuration: {
      module: 'keras',
      class_name: 'Functional',
      config: {
        name: 'model',
        layers: [
          input('x', [2, 1]),
          input('s', [1]),
          member(runningSum('a', { return_sequences: true }), 'a', 'x', { initial_state: tensor('s') }),
          member(runningSum('b'), 'b', 'a'),
        ],
        input_layers: [
          ['x', 0, 0],
          ['s', 0, 0],
        ],
        output_layers: [['b', 0, 0]],
      },
    },
    variables: RUNNING_SUMS,
  },
  normalized: {
    configuration: sequential3(
      [2, 2],
      [layer('BatchNormalization', { name: 'n', axis: 1, epsilon: 0, center: true, scale: false })],
    ),
    variables: {
      'layers/batch_normalization/vars/0': vector([1, 10]),
      'layers/batch_normalization/vars/1': vector([1, 2]),
      'layers/batch_normalization/vars/2': vector([4, 0.25]),
    },
  },
};

let edge: Edge;
beforeAll(async () => {
  for (const [name, { configuration, variables }] of Object.entries(MODELS)) {
    const bytes = await writeKerasArchive(configuration, variables);
    const directory = await writeFiles(join(folder, name), { 'model.keras': bytes });
    const { code, stdout, stderr } = await runScript('publish', [
      directory,
      '--model',
      name,
      '--persist-to',
      state,
    ]);
    expect(code, stdout + stderr).toBe(0);
  }
  edge = await startEdge({ isolates: 1, state });
}, 120_000);
afterAll(() => edge.stop());

test.each([
  ['the mask of one recurrent layer is not that of the next', 'masked', [1, 2, 0], [12]],
  [
    'the initial state of one recurrent layer is not that of the next',
    'started',
    { x: [[1], [2]], s: [100] },
    [204],
  ],
  [
    'batch norm of another axis than the last',
    'normalized',
    [
      [1, 2],
      [3, 4],
    ],
    [
      [1, 1.5],
      [12, 14],
    ],
  ],
])('%s', async (_behavior, model, instance, prediction) => {
  // Once to record the plan, then with it.
  for (let turn = 0; turn < 3; turn++) {
    const { status, body } = await ask(edge.isolates[0], `/v1/models/${model}:predict`, {
      instances: [instance],
    });
    expect({ status, body }).toEqual({ status: 200, body: { predictions: [prediction] } });
  }
});
