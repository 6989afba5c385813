import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { ask } from '../../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { importBytes, layer } from '../../fixtures/keras/import_bytes.ts';
import { writeKerasArchive } from '../../fixtures/keras/keras_files.ts';
import { publishModel } from '../../fixtures/models/publish_directory.ts';

const folder = await temporaryFolder();
let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

function sequential(dtype: string, shape: readonly (number | null)[], layers: readonly object[]): object {
  const first = layer('InputLayer', { batch_shape: [null, ...shape], dtype, name: 'in' });
  return {
    module: 'keras',
    class_name: 'Sequential',
    config: { name: 'model', layers: [first, ...layers] },
    registered_name: null,
  };
}

interface Example {
  readonly name: string;
  readonly className: string;
  readonly config: object;
  readonly dtype?: string;
  readonly shape: readonly (number | null)[];
  readonly inputs: unknown;
  readonly outputs: unknown;
  readonly assets?: Readonly<Record<string, string>>;
}

const LETTERS = {
  vocabulary: ['a', 'b', 'c', 'd'],
  mask_token: null,
  oov_token: '[UNK]',
  num_oov_indices: 1,
};
const TEXT = {
  max_tokens: 5000,
  standardize: 'lower_and_strip_punctuation',
  split: 'whitespace',
  ngrams: null,
  output_mode: 'int',
  output_sequence_length: 4,
  pad_to_max_tokens: false,
  ragged: false,
  sparse: false,
  vocabulary: null,
  idf_weights: null,
  encoding: 'utf-8',
};

/** The examples in Keras's documentation of the layers. */
const EXAMPLES: readonly Example[] = [
  {
    name: 'StringLookup',
    className: 'StringLookup',
    config: LETTERS,
    shape: [3],
    inputs: [
      ['a', 'c', 'd'],
      ['d', 'z', 'b'],
    ],
    outputs: [
      [1, 3, 4],
      [4, 0, 2],
    ],
  },
  {
    name: 'StringLookup inverted',
    className: 'StringLookup',
    config: { ...LETTERS, invert: true },
    dtype: 'int64',
    shape: [3],
    inputs: [
      [1, 3, 4],
      [4, 0, 2],
    ],
    outputs: [
      ['a', 'c', 'd'],
      ['d', '[UNK]', 'b'],
    ],
  },
  {
    name: 'StringLookup with two indices for what is unknown',
    className: 'StringLookup',
    config: { ...LETTERS, num_oov_indices: 2 },
    shape: [3],
    inputs: [
      ['a', 'c', 'd'],
      ['m', 'z', 'b'],
    ],
    outputs: [
      [2, 4, 5],
      [0, 1, 3],
    ],
  },
  {
    name: 'StringLookup to one hot',
    className: 'StringLookup',
    config: { ...LETTERS, output_mode: 'one_hot' },
    shape: [1],
    inputs: [['a'], ['b'], ['z']],
    outputs: [
      [0, 1, 0, 0, 0],
      [0, 0, 1, 0, 0],
      [1, 0, 0, 0, 0],
    ],
  },
  {
    name: 'StringLookup to multi hot',
    className: 'StringLookup',
    config: { ...LETTERS, output_mode: 'multi_hot' },
    shape: [4],
    inputs: [
      ['a', 'c', 'd', 'd'],
      ['d', 'z', 'b', 'z'],
    ],
    outputs: [
      [0, 1, 0, 1, 1],
      [1, 0, 1, 0, 1],
    ],
  },
  {
    name: 'StringLookup that counts',
    className: 'StringLookup',
    config: { ...LETTERS, output_mode: 'count' },
    shape: [4],
    inputs: [
      ['a', 'c', 'd', 'd'],
      ['d', 'z', 'b', 'z'],
    ],
    outputs: [
      [0, 1, 0, 1, 2],
      [2, 0, 1, 0, 1],
    ],
  },
  {
    name: 'IntegerLookup',
    className: 'IntegerLookup',
    config: { vocabulary: [12, 36, 1138, 42], mask_token: null, oov_token: -1, num_oov_indices: 1 },
    dtype: 'int64',
    shape: [3],
    inputs: [
      [12, 1138, 42],
      [42, 1000, 36],
    ],
    outputs: [
      [1, 3, 4],
      [4, 0, 2],
    ],
  },
  {
    name: 'TextVectorization with its words in a file',
    className: 'TextVectorization',
    config: TEXT,
    shape: [1],
    inputs: [['Foo, qux bar!'], ['qux  baz']],
    outputs: [
      [4, 1, 3, 0],
      [1, 2, 0, 0],
    ],
    assets: { 'layers/text_vectorization/vocabulary.txt': '\n[UNK]\nbaz\nbar\nfoo' },
  },
  {
    name: 'TextVectorization of as many words as there are',
    className: 'TextVectorization',
    config: { ...TEXT, output_sequence_length: null, vocabulary: ['earth', 'wind', 'and', 'fire'] },
    shape: [],
    inputs: ['earth and fire', 'water'],
    outputs: [
      [2, 4, 5],
      [1, 0, 0],
    ],
  },
  {
    name: 'TextVectorization to multi hot',
    className: 'TextVectorization',
    config: {
      ...TEXT,
      output_sequence_length: null,
      output_mode: 'multi_hot',
      vocabulary: ['earth', 'wind'],
    },
    shape: [1],
    inputs: [['wind water wind'], ['']],
    outputs: [
      [1, 0, 1],
      [0, 0, 0],
    ],
  },
  {
    name: 'Hashing',
    className: 'Hashing',
    config: { num_bins: 3, mask_value: null, salt: null, output_mode: 'int' },
    shape: [1],
    inputs: [['A'], ['B'], ['C'], ['D'], ['E']],
    outputs: [[1], [0], [1], [1], [2]],
  },
  {
    name: 'Hashing with a mask',
    className: 'Hashing',
    config: { num_bins: 3, mask_value: '', salt: null, output_mode: 'int' },
    shape: [1],
    inputs: [['A'], ['B'], [''], ['C'], ['D']],
    outputs: [[1], [1], [0], [2], [2]],
  },
  {
    name: 'Hashing with salt',
    className: 'Hashing',
    config: { num_bins: 3, mask_value: null, salt: [133, 137], output_mode: 'int' },
    shape: [1],
    inputs: [['A'], ['B'], ['C'], ['D'], ['E']],
    outputs: [[1], [2], [1], [0], [2]],
  },
];

const ROUNDS = 3;

describe('a layer that looks words up', () => {
  test.each(EXAMPLES)(
    '$name',
    async ({ name, className, config, dtype = 'string', shape, assets, ...values }) => {
      const model = name.replaceAll(/\W/g, '_');
      const configuration = sequential(dtype, shape, [layer(className, { name: 'l', ...config })]);
      await mkdir(path.join(folder, model));
      const file = path.join(folder, model, 'model.keras');
      await writeFile(file, await writeKerasArchive(configuration, {}, '3.8.0', assets));
      await publishModel(edge.store, file, model, '1');
      for (let round = 0; round < ROUNDS; round++) {
        const { body } = await ask(edge.isolates[0], `/v1/models/${model}:predict`, {
          inputs: values.inputs,
        });
        expect(body).toEqual({ outputs: values.outputs });
      }
    },
  );

  test.each([
    [{ ...LETTERS, vocabulary: null }, /StringLookup without its vocabulary: "l"/],
    [
      { ...LETTERS, num_oov_indices: 0 },
      /num_oov_indices 0, which fails at words that it does not know: "l"/,
    ],
    [{ ...LETTERS, output_mode: 'tf_idf' }, /with output_mode "tf_idf", which is none of int, /],
  ])('that would answer otherwise is refused: %o', async (config, expected) => {
    const configuration = sequential('string', [3], [layer('StringLookup', { name: 'l', ...config })]);
    const { imported } = await importBytes(folder, 'model.keras', await writeKerasArchive(configuration, {}));
    expect(imported).toMatchObject({ kind: 'unsupported', message: expect.stringMatching(expected) });
  });
});
