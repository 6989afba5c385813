import { setBackend } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import type { PlainTensor } from '../../fixtures/keras/hdf5_writer.ts';
import { ask, layer, sequential3 } from '../../fixtures/keras/import_bytes.ts';

const folder = await temporaryFolder();
beforeAll(() => setBackend('cpu'));

const VALUES = [-4, -2.9, -1, -0.2, 0.3, 1.7, 2.8, 5];
const INPUT: PlainTensor = { shape: [1, VALUES.length], values: VALUES };
const hardSigmoid3 = (x: number): number => Math.min(1, Math.max(0, x / 6 + 0.5));

/** The answer of a Sequential of these layers to the values. */
function askLayers(
  layers: readonly object[],
  variables: Readonly<Record<string, PlainTensor>> = {},
  input = INPUT,
): Promise<readonly number[] | string> {
  return ask(folder, sequential3(input.shape.slice(1), layers), variables, input);
}

function expectClose(actual: readonly number[] | string, expected: readonly number[]): void {
  expect(typeof actual === 'string' ? actual : actual.length).toBe(expected.length);
  for (const [index, value] of expected.entries()) expect(actual[index]).toBeCloseTo(value, 5);
}

describe('names that only Keras 3 uses', () => {
  test.each([
    ['hard_sigmoid', hardSigmoid3],
    ['leaky_relu', (x: number) => (x < 0 ? 0.2 * x : x)],
    ['silu', (x: number) => x / (1 + Math.exp(-x))],
    ['relu6', (x: number) => Math.min(6, Math.max(0, x))],
  ])('activation %s', async (activation, expected) => {
    const answer = await askLayers([layer('Activation', { name: 'a', activation })]);
    expectClose(answer, VALUES.map(expected));
  });

  test.each([
    ['LeakyReLU', { negative_slope: 0.3 }, (x: number) => (x < 0 ? 0.3 * x : x)],
    ['ReLU', { max_value: null, negative_slope: 0.1, threshold: 0 }, (x: number) => (x < 0 ? 0.1 * x : x)],
    ['ReLU', { max_value: 2, negative_slope: 0, threshold: 0 }, (x: number) => Math.min(2, Math.max(0, x))],
    ['RandomRotation', { factor: [-0.1, 0.1], fill_mode: 'reflect', seed: 3 }, (x: number) => x],
    ['Rescaling', { scale: 2, offset: 1 }, (x: number) => 2 * x + 1],
  ])('layer %s with %o', async (className, config, expected) => {
    const answer = await askLayers([layer(className, { name: 'a', ...config })]);
    expectClose(answer, VALUES.map(expected));
  });

  test('the hard sigmoid of a Dense layer, by its weights', async () => {
    const activation = { module: 'builtins', class_name: 'function', config: 'hard_sigmoid' };
    const answer = await askLayers([layer('Dense', { name: 'd', units: 1, activation })], {
      'layers/dense/vars/0': { shape: [8, 1], values: Array(8).fill(0.5) },
      'layers/dense/vars/1': { shape: [1], values: [0.25] },
    });
    expectClose(answer, [hardSigmoid3(VALUES.reduce((sum, value) => sum + 0.5 * value, 0.25))]);
  });

  test('the hard sigmoid of the gates of an LSTM', async () => {
    const kernel = [0.3, -0.4, 0.9, 0.7];
    const recurrent = [0.2, 0.5, -0.6, 0.1];
    const bias = [0.1, 0.9, -0.1, -0.2];
    const config = { name: 'l', units: 1, activation: 'tanh', recurrent_activation: 'hard_sigmoid' };
    const answer = await askLayers(
      [layer('LSTM', config)],
      {
        'layers/lstm/cell/vars/0': { shape: [1, 4], values: kernel },
        'layers/lstm/cell/vars/1': { shape: [1, 4], values: recurrent },
        'layers/lstm/cell/vars/2': { shape: [4], values: bias },
      },
      { shape: [1, 3, 1], values: [1.5, -2, 0.7] },
    );
    let [h, c] = [0, 0];
    for (const x of [1.5, -2, 0.7]) {
      const [i = 0, f = 0, g = 0, o = 0] = kernel.map(
        (weight, gate) => weight * x + (recurrent[gate] ?? 0) * h + (bias[gate] ?? 0),
      );
      c = hardSigmoid3(f) * c + hardSigmoid3(i) * Math.tanh(g);
      h = hardSigmoid3(o) * Math.tanh(c);
    }
    expectClose(answer, [h]);
  });

  test('pooling that keeps its dimensions', async () => {
    const layers = [
      layer('GlobalAveragePooling2D', { name: 'pool', data_format: 'channels_last', keepdims: true }),
      layer('Flatten', { name: 'flat' }),
    ];
    const answer = await askLayers(layers, {}, { shape: [1, 2, 2, 1], values: [1, 2, 3, 6] });
    expectClose(answer, [3]);
  });

  test('batch norm with its axis in a list', async () => {
    const one = { shape: [8], values: Array(8).fill(1) };
    const zero = { shape: [8], values: Array(8).fill(0) };
    const config = { name: 'b', axis: [1], epsilon: 0, momentum: 0.9, renorm: false };
    const answer = await askLayers([layer('BatchNormalization', config)], {
      'layers/batch_normalization/vars/0': { shape: [8], values: Array(8).fill(2) },
      'layers/batch_normalization/vars/1': one,
      'layers/batch_normalization/vars/2': zero,
      'layers/batch_normalization/vars/3': one,
    });
    expectClose(
      answer,
      VALUES.map((value) => 2 * value + 1),
    );
  });

  test('a Sequential in a Functional model, whose first call Keras 3 counts from zero', async () => {
    const tensor = (name: string) => ({
      class_name: '__keras_tensor__',
      config: { shape: [null, 8], dtype: 'float32', keras_history: [name, 0, 0] },
    });
    const member = (object: object, name: string, inputs: readonly string[]) => ({
      ...object,
      name,
      inbound_nodes: inputs.map((from) => ({ args: [tensor(from)], kwargs: {} })),
    });
    const inner = sequential3([8], [layer('Rescaling', { name: 'double', scale: 2, offset: 0 })]);
    const configuration = {
      module: 'keras.src.models.functional',
      class_name: 'Functional',
      config: {
        name: 'outer',
        layers: [
          member(layer('InputLayer', { name: 'x', batch_shape: [null, 8], dtype: 'float32' }), 'x', []),
          member(inner, 'model', ['x']),
          member(layer('Activation', { name: 'y', activation: 'hard_sigmoid' }), 'y', ['model']),
        ],
        input_layers: [['x', 0, 0]],
        output_layers: ['y', 0, 0],
      },
      registered_name: 'Functional',
    };
    const answer = await ask(folder, configuration, {}, INPUT);
    expectClose(
      answer,
      VALUES.map((value) => hardSigmoid3(2 * value)),
    );
  });
});

describe('masks that Keras 3 writes down as operations', () => {
  const tensor = (name: string) => ({
    class_name: '__keras_tensor__',
    config: { shape: [null, 3], dtype: 'float32', keras_history: [name, 0, 0] },
  });
  const member = (object: object, name: string, args: readonly unknown[], kwargs = {}) => ({
    ...object,
    name,
    inbound_nodes: args.length === 0 ? [] : [{ args, kwargs }],
  });
  const model = (masked: string, maskZero: boolean) => ({
    module: 'keras',
    class_name: 'Functional',
    config: {
      name: 'text',
      layers: [
        member(layer('InputLayer', { name: 'x', batch_shape: [null, 3], dtype: 'float32' }), 'x', []),
        member(layer('InputLayer', { name: 'z', batch_shape: [null, 3], dtype: 'float32' }), 'z', []),
        member(layer('Embedding', { name: 'e', input_dim: 3, output_dim: 1, mask_zero: maskZero }), 'e', [
          tensor('x'),
        ]),
        member({ ...layer('NotEqual', { name: 'n' }), module: 'keras.src.ops.numpy' }, 'n', [
          tensor(masked),
          0,
        ]),
        member(
          layer('SimpleRNN', { name: 'r', units: 1, activation: 'linear', use_bias: false }),
          'r',
          [tensor('e')],
          { mask: tensor('n'), training: false },
        ),
        member(layer('Add', { name: 's' }), 's', [[tensor('r'), tensor('r')]]),
      ],
      input_layers: [['x', 0, 0]],
      output_layers: [['s', 0, 0]],
    },
    registered_name: null,
  });
  const variables = {
    'layers/embedding/vars/0': { shape: [3, 1], values: [100, 1, 2] },
    'layers/simple_rnn/cell/vars/0': { shape: [1, 1], values: [1] },
    'layers/simple_rnn/cell/vars/1': { shape: [1, 1], values: [10] },
  };
  const words = { shape: [1, 3], values: [1, 2, 0] };

  test('are those that the layers make themselves', async () => {
    // 10 * 1 + 2, twice. The mask skips the word 0.
    expectClose(await ask(folder, model('x', true), variables, words), [24]);
  });
});

describe('what cannot be converted', () => {
  test('is named all at once, with where it stands', async () => {
    const inner = sequential3(
      [8],
      [
        layer('Lambda', { name: 'secret', function: '4wEAAA==' }),
        { ...layer('Attention2', { name: 'own' }), module: '__main__', registered_name: 'Custom>Attention2' },
      ],
    );
    const answer = await askLayers([
      { ...inner, config: { ...Object(inner).config, name: 'inner' } },
      layer('LayerOfTomorrow', { name: 'new' }),
      layer('Lambda', { name: 'other' }),
      layer('Activation', { name: 'a', activation: 'hyperbolic' }),
    ]);
    expect(answer).toMatch(/Lambda layers are Python code; .*SavedModel.*: "secret" in "inner", "other"/);
    expect(answer).toMatch(/custom layer Attention2.*: "own" in "inner"/);
    expect(answer).toMatch(/LayerOfTomorrow.*: "new"/);
    expect(answer).toMatch(/activation hyperbolic.*: "a"/);
  });

  const recurrent = { units: 2, activation: 'tanh', recurrent_activation: 'sigmoid' };
  test.each([
    [
      'LSTM',
      { ...recurrent, stateful: true },
      /stateful true.*from one request into the next; save the model with stateful=False: "x"/,
    ],
    ['BatchNormalization', { axis: -1, renorm: true }, /renorm true; export .*: "x"/],
    [
      'Conv2D',
      { filters: 1, kernel_size: [1, 1], strides: [2, 2], dilation_rate: [2, 2] },
      /of a tensor of 2 dimensions; export .*: "x"/,
    ],
    ['GRU', { ...recurrent, time_major: true }, /GRU with time_major true; export .*: "x"/],
    ['Dense', { units: 1, novelty: 'yes' }, /Dense with novelty "yes"; export .*: "x"/],
  ])('%s with %o is refused', async (className, config, expected) => {
    expect(await askLayers([layer(className, { name: 'x', ...config })])).toMatch(expected);
  });

  test('a model class of its own is refused', async () => {
    const configuration = { module: 'app', class_name: 'MyModel', config: {}, registered_name: 'MyModel' };
    expect(await ask(folder, configuration, {}, INPUT)).toMatch(/MyModel, a class of its own.*SavedModel/);
  });

  test('weights that do not fit their layers are refused by name', async () => {
    const dense = layer('Dense', { name: 'd', units: 2 });
    const kernel = { shape: [2, 8], values: Array(16).fill(0) };
    const bias = { shape: [2], values: [0, 0] };
    expect(await askLayers([dense], { 'layers/dense/vars/0': kernel, 'layers/dense/vars/1': bias })).toMatch(
      /layers\/dense\/vars\/0 has shape \[2,8\], and d\/kernel of layer "d" needs \[8,2\]/,
    );
    expect(await askLayers([dense], { 'layers/dense/vars/0': kernel })).toMatch(
      /layer "d" has 2 weights .*the file has 1/,
    );
    expect(await askLayers([dense], { 'layers/other/vars/0': kernel })).toMatch(
      /there are no weights for layer "d"/,
    );
  });
});
