import { setBackend } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import type { PlainTensor } from '../../fixtures/keras/hdf5_writer.ts';
import { ask, layer, sequential3 } from '../../fixtures/keras/import_bytes.ts';

const folder = await temporaryFolder();
beforeAll(() => setBackend('cpu'));

const ONE: PlainTensor = { shape: [1, 1], values: [1] };
const embedding = layer('Embedding', { name: 'e', input_dim: 3, output_dim: 1, mask_zero: true });
const EMBEDDING_VALUES = { 'layers/embedding/vars/0': { shape: [3, 1], values: [9, 1, 3] } };
const recurrent = (name: string, more: object = {}) =>
  layer('SimpleRNN', { name, units: 1, activation: 'linear', use_bias: false, ...more });

describe('refused, since something else would be computed without a word', () => {
  test.each([
    [
      'activation Swish',
      [2],
      [
        layer('Dense', {
          name: 'd',
          units: 2,
          activation: { module: 'mine', class_name: 'Swish', config: {}, registered_name: 'mine>Swish' },
        }),
      ],
    ],
    [
      'layer Dense of weights that Keras quantized; save the model before it is quantized, and publish it with --quantize uint8: "q"',
      [2],
      [
        layer('Dense', {
          name: 'q',
          units: 2,
          activation: 'linear',
          dtype: {
            module: 'keras',
            class_name: 'QuantizedDTypePolicy',
            config: { mode: 'int4', source_name: 'float32' },
          },
        }),
      ],
    ],
    [
      'Softmax of what is masked',
      [2, 1],
      [layer('Masking', { name: 'm', mask_value: 0 }), layer('Softmax', { name: 's', axis: -1 })],
    ],
    [
      'TimeDistributed around a layer that looks at masks',
      [2, 1],
      [
        layer('Masking', { name: 'm', mask_value: 0 }),
        layer('TimeDistributed', { name: 't', layer: layer('Softmax', { name: 's', axis: -1 }) }),
      ],
    ],
  ])('%s', async (message, shape, layers) => {
    const values = Array(shape.reduce((product, size) => product * size, 1)).fill(1);
    const answer = await ask(folder, sequential3(shape, layers), {}, { shape: [1, ...shape], values });
    expect(answer).toContain(message);
  });
});

test('a mask that goes through layers that carry it is heeded', async () => {
  const layers = [embedding, layer('Dropout', { name: 'd', rate: 0.5 }), recurrent('r')];
  const variables = {
    ...EMBEDDING_VALUES,
    'layers/simple_rnn/cell/vars/0': ONE,
    'layers/simple_rnn/cell/vars/1': ONE,
  };
  const answer = await ask(folder, sequential3([3], layers), variables, { shape: [1, 3], values: [1, 2, 0] });
  expect(answer).toEqual([4]);
});

test('a mask that ends before the pooling does not matter', async () => {
  const layers = [
    embedding,
    layer('Conv1D', { name: 'c', filters: 1, kernel_size: [1], strides: [1], use_bias: false }),
    layer('GlobalAveragePooling1D', { name: 'p' }),
  ];
  const variables = { ...EMBEDDING_VALUES, 'layers/conv1d/vars/0': { shape: [1, 1, 1], values: [1] } };
  const answer = await ask(folder, sequential3([2], layers), variables, { shape: [1, 2], values: [1, 0] });
  expect(answer).toEqual([5]);
});

describe('sizes that no layer has are refused before anything is made of them', () => {
  test.each([
    [
      'AdaptiveAveragePooling1D',
      [4, 2],
      { output_size: 100_000_000 },
      /output_size 100000000, which is too large/,
    ],
    ['CategoryEncoding', [2], { num_tokens: 100_000_000, output_mode: 'count' }, /more than 1048576 classes/],
    [
      'Conv1D',
      [9, 512],
      { filters: 512, kernel_size: [1], groups: 512.5 },
      /groups 512.5, which is no integer/,
    ],
    [
      'Conv3D',
      [2, 2, 2, 512],
      { filters: 512, kernel_size: [1, 1, 1], groups: 512 },
      /groups 512, which are too many/,
    ],
    ['Dense', [2], { units: 10_000_000_000 }, /Dense with units 10000000000, which is too large|tfjs/],
    ['Normalization', [90_000, 90_000], { axis: [1, 2], mean: 0, variance: 1 }, /Normalization of a size/],
    ['Resizing', [9, 9, 1], { height: 90_000_000, width: 2, interpolation: 'bicubic' }, /Resizing of a size/],
    ['RepeatVector', [2], { n: -1 }, /RepeatVector with n -1|tfjs/],
  ])('%s of %o with %o', async (className, shape, config, expected) => {
    const layers = [
      layer(className, { name: 'x', ...config }),
      layer('UnitNormalization', { name: 'u', axis: -1 }),
    ];
    const answer = await ask(folder, sequential3(shape, layers), {}, { shape: [1], values: [1] });
    expect(answer).toMatch(expected);
  });
});
