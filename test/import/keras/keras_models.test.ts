import {
  input,
  type LayersModel,
  layers,
  model,
  randomUniform,
  sequential,
  setBackend,
} from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { archiveVariables, asKeras2, asKeras3, h5Weights } from '../../fixtures/keras/as_keras.ts';
import type { PlainTensor } from '../../fixtures/keras/hdf5_writer.ts';
import { importBytes } from '../../fixtures/keras/import_bytes.ts';
import { writeKerasArchive, writeKerasH5 } from '../../fixtures/keras/keras_files.ts';
import { loadDirectory, runLayers, worstDifference } from '../../fixtures/keras/run_layers.ts';

const folder = await temporaryFolder();

interface ModelCase {
  readonly name: string;
  readonly make: () => LayersModel;
  readonly inputs: readonly (readonly number[])[];
  /** The upper limit of integer inputs, if the model takes integers. */
  readonly below?: number;
}

function perceptron(): LayersModel {
  const made = sequential({ name: 'perceptron' });
  made.add(layers.dense({ units: 8, inputShape: [5], activation: 'relu', name: 'hidden' }));
  made.add(layers.batchNormalization({ name: 'norm' }));
  made.add(layers.leakyReLU({ alpha: 0.1, name: 'leaky' }));
  made.add(layers.dropout({ rate: 0.4, name: 'drop' }));
  made.add(layers.layerNormalization({ name: 'scale' }));
  made.add(layers.dense({ units: 3, useBias: false, activation: 'softmax', name: 'out' }));
  return made;
}

function convolutional(): LayersModel {
  const made = sequential({ name: 'convolutional' });
  made.add(layers.zeroPadding2d({ padding: 1, inputShape: [10, 10, 2], name: 'pad' }));
  made.add(layers.conv2d({ filters: 4, kernelSize: 3, activation: 'elu', name: 'conv' }));
  made.add(layers.prelu({ sharedAxes: [1, 2], alphaInitializer: 'glorotUniform', name: 'prelu' }));
  made.add(layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', name: 'depthwise' }));
  made.add(layers.batchNormalization({ name: 'norm' }));
  made.add(layers.separableConv2d({ filters: 5, kernelSize: 3, activation: 'tanh', name: 'separable' }));
  made.add(layers.maxPooling2d({ poolSize: 2, name: 'pool' }));
  made.add(layers.upSampling2d({ size: [2, 2], name: 'up' }));
  made.add(layers.conv2dTranspose({ filters: 3, kernelSize: 2, strides: 2, name: 'transpose' }));
  made.add(layers.averagePooling2d({ poolSize: 2, name: 'average' }));
  made.add(layers.globalMaxPooling2d({ name: 'global' }));
  made.add(layers.reLU({ maxValue: 6, name: 'relu' }));
  return made;
}

/** The default, hard_sigmoid, has different meanings in Keras 2 and Keras 3. */
const SIGMOID = { recurrentActivation: 'sigmoid' } as const;

function recurrent(): LayersModel {
  const made = sequential({ name: 'recurrent' });
  made.add(layers.embedding({ inputDim: 7, outputDim: 4, inputLength: 6, maskZero: true, name: 'words' }));
  made.add(
    layers.bidirectional({
      layer: layers.lstm({ ...SIGMOID, units: 3, returnSequences: true, name: 'both' }) as never,
      mergeMode: 'concat',
      name: 'bidirectional',
    }),
  );
  made.add(layers.timeDistributed({ layer: layers.dense({ units: 4, name: 'each' }), name: 'distributed' }));
  made.add(layers.gru({ ...SIGMOID, units: 3, returnSequences: true, name: 'gru' }));
  made.add(layers.lstm({ ...SIGMOID, units: 3, returnSequences: true, name: 'lstm' }));
  made.add(layers.simpleRNN({ units: 2, name: 'simple' }));
  return made;
}

function cells(): LayersModel {
  const made = sequential({ name: 'cells' });
  const stack = [layers.lstmCell({ ...SIGMOID, units: 3 }), layers.lstmCell({ ...SIGMOID, units: 2 })];
  made.add(
    layers.rnn({
      cell: layers.stackedRNNCells({ cells: stack }) as never,
      inputShape: [4, 2],
      name: 'stack',
    }),
  );
  return made;
}

function severalInputsAndOutputs(): LayersModel {
  const one = input({ shape: [4], name: 'one' });
  const other = input({ shape: [4], name: 'other' });
  const shared = layers.dense({ units: 3, activation: 'sigmoid', name: 'shared' });
  const [first, second] = [shared.apply(one), shared.apply(other)] as never[];
  const joined = layers.concatenate({ axis: -1, name: 'joined' }).apply([first, second] as never);
  const product = layers.multiply({ name: 'product' }).apply([first, second] as never);
  const score = layers.dense({ units: 2, name: 'score' }).apply(joined);
  return model({ inputs: [one, other], outputs: [score, product] as never, name: 'several' });
}

/** Nested models with equal layer names. One is used twice, and one has frozen layers. */
function nested(): LayersModel {
  const inner = sequential({ name: 'inner' });
  inner.add(layers.dense({ units: 4, inputShape: [4], activation: 'tanh', name: 'dense' }));
  inner.add(layers.batchNormalization({ name: 'norm', trainable: false }));
  inner.add(layers.dense({ units: 4, name: 'last', trainable: false }));
  const start = input({ shape: [4], name: 'start' });
  const branch = layers.dense({ units: 4, name: 'dense' }).apply(start);
  const functional = model({ inputs: start, outputs: branch as never, name: 'functional' });
  const top = input({ shape: [4], name: 'top' });
  const once = inner.apply(functional.apply(top));
  const twice = inner.apply(once);
  const sum = layers.add({ name: 'sum' }).apply([once, twice] as never);
  const out = layers.dense({ units: 2, name: 'dense' }).apply(sum);
  return model({ inputs: top, outputs: out as never, name: 'outer' });
}

const CASES: readonly ModelCase[] = [
  { name: 'a perceptron', make: perceptron, inputs: [[2, 5]] },
  { name: 'a convolutional network', make: convolutional, inputs: [[2, 10, 10, 2]] },
  { name: 'a recurrent network with masks', make: recurrent, inputs: [[2, 6]], below: 7 },
  { name: 'a recurrent network of cells', make: cells, inputs: [[2, 4, 2]] },
  {
    name: 'several inputs and outputs and a shared layer',
    make: severalInputsAndOutputs,
    inputs: [
      [2, 4],
      [2, 4],
    ],
  },
  { name: 'models in a model', make: nested, inputs: [[2, 4]] },
];

/** Gives every weight different values, so that swapped weights are found. */
function randomise(made: LayersModel): LayersModel {
  made.setWeights(
    made.getWeights().map(({ shape }, index) => randomUniform(shape, 0.1, 0.9, 'float32', index + 1)),
  );
  return made;
}

function inputsOf({ inputs, below }: ModelCase): PlainTensor[] {
  return inputs.map((shape, index) => ({
    shape,
    values: Array.from({ length: shape.reduce((count, size) => count * size, 1) }, (_, position) =>
      below === undefined ? Math.sin(position + index) : (position * 3 + index) % below,
    ),
  }));
}

async function importModel(name: string, bytes: Uint8Array): Promise<LayersModel> {
  const { imported, converted } = await importBytes(folder, name, bytes);
  if (imported.kind !== 'read') throw new Error(imported.message);
  return loadDirectory(converted);
}

beforeAll(() => setBackend('cpu'));

describe.each(CASES)('$name', (modelCase) => {
  test('in a Keras 2 .h5 file answers the same', async () => {
    const made = randomise(modelCase.make());
    const bytes = await writeKerasH5(asKeras2(made), h5Weights(made));
    const imported = await importModel('model.h5', bytes);
    const inputs = inputsOf(modelCase);
    expect(worstDifference(runLayers(imported, inputs), runLayers(made, inputs))).toBeLessThan(1e-5);
  });

  test('in a Keras 2 .h5 file whose weights have other names answers the same', async () => {
    const made = randomise(modelCase.make());
    const bytes = await writeKerasH5(asKeras2(made), h5Weights(made, false));
    const imported = await importModel('whatever', bytes);
    const inputs = inputsOf(modelCase);
    expect(worstDifference(runLayers(imported, inputs), runLayers(made, inputs))).toBeLessThan(1e-5);
  });

  test('in a Keras 3 archive answers the same', async () => {
    const made = randomise(modelCase.make());
    const bytes = await writeKerasArchive(asKeras3(made), archiveVariables(made));
    const imported = await importModel('model.keras', bytes);
    const inputs = inputsOf(modelCase);
    expect(worstDifference(runLayers(imported, inputs), runLayers(made, inputs))).toBeLessThan(1e-5);
  });
});
