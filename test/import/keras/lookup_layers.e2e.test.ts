import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { ask } from '../../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import type { PlainTensor } from '../../fixtures/keras/hdf5_writer.ts';
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
  readonly variables?: Readonly<Record<string, PlainTensor>>;
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
    name: 'StringLookup to the frequency of words by how many documents have them',
    className: 'StringLookup',
    config: { ...LETTERS, output_mode: 'tf_idf', idf_weights: [0.25, 0.75, 0.6, 0.4] },
    shape: [4],
    inputs: [
      ['a', 'c', 'd', 'd'],
      ['d', 'z', 'b', 'z'],
    ],
    outputs: [
      [0, 0.25, 0, 0.6, 0.8],
      [1, 0, 0.75, 0, 0.4],
    ],
  },
  {
    name: 'StringLookup with weights in the file, and room for more words',
    className: 'StringLookup',
    config: {
      ...LETTERS,
      vocabulary: null,
      output_mode: 'tf_idf',
      idf_weights: null,
      max_tokens: 5,
      pad_to_max_tokens: true,
    },
    shape: [3],
    inputs: [['a', 'b', 'x']],
    outputs: [[0.5, 2, 3, 0, 0]],
    assets: { 'layers/string_lookup/vocabulary.txt': '[UNK]\na\nb' },
    variables: { 'layers/string_lookup/vars/idf_weights': { shape: [5], values: [0.5, 2, 3, 0, 0] } },
  },
  {
    name: 'StringLookup with a mask, whose words were written on Windows',
    className: 'StringLookup',
    config: { ...LETTERS, vocabulary: null, mask_token: '' },
    shape: [4],
    inputs: [['b', '', 'a', 'x']],
    outputs: [[3, 0, 2, 1]],
    assets: { 'layers/string_lookup/vocabulary.txt': '\r\n[UNK]\r\na\r\nb' },
  },
  {
    name: 'StringLookup to multi hot leaves the masked word out',
    className: 'StringLookup',
    config: { ...LETTERS, mask_token: 'b', output_mode: 'binary', vocabulary: ['a', 'c'] },
    shape: [3],
    inputs: [['a', 'b', 'b']],
    outputs: [[0, 1, 0]],
  },
  {
    name: 'IntegerLookup inverted, with a mask',
    className: 'IntegerLookup',
    config: { vocabulary: [12, 36], mask_token: 0, oov_token: -1, num_oov_indices: 1, invert: true },
    dtype: 'int64',
    shape: [5],
    inputs: [[0, 1, 2, 3, 9]],
    outputs: [[0, -1, 12, 36, -1]],
  },
  {
    // Keras's documentation of the remainder: 37 and 1000 are the unknown ones.
    name: 'IntegerLookup with two indices for what is unknown',
    className: 'IntegerLookup',
    config: { vocabulary: [12, 36, 1138, 42], mask_token: null, oov_token: -1, num_oov_indices: 2 },
    dtype: 'int64',
    shape: [3],
    inputs: [
      [12, 1138, 42],
      [37, 1000, 36],
    ],
    outputs: [
      [2, 4, 5],
      [1, 0, 3],
    ],
  },
  {
    name: 'TextVectorization to characters',
    className: 'TextVectorization',
    config: { ...TEXT, split: 'character', vocabulary: ['a', 'b', 'é', ' '] },
    shape: [],
    inputs: ['Aé b', 'b\n', ''],
    outputs: [
      [2, 4, 5, 3],
      [3, 1, 0, 0],
      [0, 0, 0, 0],
    ],
  },
  {
    name: 'TextVectorization to n-grams',
    className: 'TextVectorization',
    config: { ...TEXT, ngrams: 2, output_sequence_length: null, vocabulary: ['a', 'b', 'a b', 'b a'] },
    shape: [1],
    inputs: [['a b a'], ['b'], [''], ['c a b']],
    outputs: [
      [2, 3, 2, 4, 5],
      [3, 0, 0, 0, 0],
      [0, 0, 0, 0, 0],
      [1, 2, 3, 1, 4],
    ],
  },
  {
    name: 'TextVectorization to pairs of words alone, as many as are asked for',
    className: 'TextVectorization',
    config: { ...TEXT, ngrams: [2], output_sequence_length: 2, vocabulary: ['a b', 'b a'] },
    shape: [1],
    inputs: [['a b a b'], ['a b']],
    outputs: [
      [2, 3],
      [2, 0],
    ],
  },
  {
    name: 'TextVectorization that counts, with room for more words',
    className: 'TextVectorization',
    config: {
      ...TEXT,
      output_sequence_length: null,
      output_mode: 'count',
      standardize: 'lower',
      vocabulary: ['a!', 'b'],
      max_tokens: 5,
      pad_to_max_tokens: true,
    },
    shape: [1],
    inputs: [['A! b a!'], ['x']],
    outputs: [
      [0, 2, 1, 0, 0],
      [1, 0, 0, 0, 0],
    ],
  },
  {
    name: 'TextVectorization to the frequency of words by how many documents have them',
    className: 'TextVectorization',
    config: {
      ...TEXT,
      output_sequence_length: null,
      output_mode: 'tf-idf',
      standardize: 'strip_punctuation',
      vocabulary: ['a', 'B'],
      idf_weights: [0.5, 1.5],
    },
    shape: [1],
    inputs: [['a B, B'], ['b']],
    outputs: [
      [0, 0.5, 3],
      [1, 0, 0],
    ],
  },
  {
    name: 'TextVectorization of what is neither split nor changed',
    className: 'TextVectorization',
    config: {
      ...TEXT,
      split: null,
      standardize: null,
      output_sequence_length: null,
      vocabulary: ['a b', 'B'],
    },
    shape: [2],
    inputs: [
      ['a b', 'b'],
      ['B', ''],
    ],
    outputs: [
      [2, 1],
      [3, 0],
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

/** A model of two features that are crossed. */
function crossing(config: object): object {
  const input = (name: string, dtype: string) => ({
    ...layer('InputLayer', { batch_shape: [null, 1], dtype, name }),
    name,
    inbound_nodes: [],
  });
  const tensor = (name: string) => ({
    class_name: '__keras_tensor__',
    config: { shape: [null, 1], dtype: 'string', keras_history: [name, 0, 0] },
  });
  const crossed = layer('HashedCrossing', { name: 'l', num_bins: 5, sparse: false, ...config });
  return {
    module: 'keras',
    class_name: 'Functional',
    config: {
      name: 'model',
      layers: [
        input('word', 'string'),
        input('number', 'int64'),
        {
          ...crossed,
          name: 'l',
          inbound_nodes: [{ args: [[tensor('word'), tensor('number')]], kwargs: {} }],
        },
      ],
      input_layers: [
        ['word', 0, 0],
        ['number', 0, 0],
      ],
      output_layers: [['l', 0, 0]],
    },
    registered_name: null,
  };
}

const ROUNDS = 3;

/** Without what float32 cannot hold of a decimal fraction. */
function rounded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, member: unknown) =>
    typeof member === 'number' ? Number(member.toFixed(6)) : member,
  );
}

describe('HashedCrossing, as in the examples of its documentation', () => {
  test.each([
    ['int', [[1], [4], [1], [1], [3]]],
    [
      'one_hot',
      [
        [0, 1, 0, 0, 0],
        [0, 0, 0, 0, 1],
        [0, 1, 0, 0, 0],
        [0, 1, 0, 0, 0],
        [0, 0, 0, 1, 0],
      ],
    ],
  ])('%s', async (mode, outputs) => {
    const model = `crossing_${mode}`;
    await mkdir(path.join(folder, model));
    const file = path.join(folder, model, 'model.keras');
    await writeFile(file, await writeKerasArchive(crossing({ output_mode: mode }), {}));
    await publishModel(edge.store, file, model, '1');
    const inputs = { word: [['A'], ['B'], ['A'], ['B'], ['A']], number: [[101], [101], [101], [102], [102]] };
    for (let round = 0; round < ROUNDS; round++) {
      const { body } = await ask(edge.isolates[0], `/v1/models/${model}:predict`, { inputs });
      expect(body).toEqual({ outputs });
    }
  });
});

describe('a layer that looks words up', () => {
  test.each(EXAMPLES)(
    '$name',
    async ({ name, className, config, dtype = 'string', shape, assets, variables = {}, ...values }) => {
      const model = name.replaceAll(/\W/g, '_');
      const configuration = sequential(dtype, shape, [layer(className, { name: 'l', ...config })]);
      await mkdir(path.join(folder, model));
      const file = path.join(folder, model, 'model.keras');
      await writeFile(file, await writeKerasArchive(configuration, variables, '3.8.0', assets));
      await publishModel(edge.store, file, model, '1');
      for (let round = 0; round < ROUNDS; round++) {
        const { body } = await ask(edge.isolates[0], `/v1/models/${model}:predict`, {
          inputs: values.inputs,
        });
        expect(rounded(body)).toEqual({ outputs: values.outputs });
      }
    },
  );

  test.each([
    [{ ...LETTERS, vocabulary: null }, /StringLookup without its vocabulary; export .*: "l"/],
    [
      { ...LETTERS, num_oov_indices: 0 },
      /num_oov_indices 0, which fails at words that it does not know; give it num_oov_indices 1: "l"/,
    ],
    [{ ...LETTERS, output_mode: 'ragged' }, /with output_mode "ragged", which is none of int, /],
    [{ ...LETTERS, output_mode: 'count', sparse: true }, /StringLookup with sparse true/],
  ])('that would answer otherwise is refused: %o', async (config, expected) => {
    const configuration = sequential('string', [3], [layer('StringLookup', { name: 'l', ...config })]);
    const { imported } = await importBytes(folder, 'model.keras', await writeKerasArchive(configuration, {}));
    expect(imported).toMatchObject({ kind: 'unsupported', message: expect.stringMatching(expected) });
  });
});
