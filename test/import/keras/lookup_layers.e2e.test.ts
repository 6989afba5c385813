import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { ask } from '../../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { importBytes, layer } from '../../fixtures/keras/import_bytes.ts';
import { writeKerasArchive } from '../../fixtures/keras/keras_files.ts';
import { PlainTensorSchema } from '../../fixtures/keras/nested_values.ts';
import { publishModel } from '../../fixtures/models/publish_directory.ts';

const folder = await temporaryFolder();
let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

/** The examples in Keras's documentation of the layers, and others that follow from it. */
const VECTORS = path.join(import.meta.dirname, '../../fixtures/keras/vectors/words.jsonl');
const ExampleSchema = v.object({
  name: v.string(),
  model: v.record(v.string(), v.unknown()),
  variables: v.record(v.string(), PlainTensorSchema),
  /** Texts by their paths in the archive. */
  assets: v.record(v.string(), v.string()),
  inputs: v.unknown(),
  outputs: v.unknown(),
});
const EXAMPLES = readFileSync(VECTORS, 'utf8')
  .trim()
  .split('\n')
  .map((line) => v.parse(ExampleSchema, JSON.parse(line)));

const ROUNDS = 3;

/** Without what float32 cannot hold of a decimal fraction. */
function rounded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, member: unknown) =>
    typeof member === 'number' ? Number(member.toFixed(6)) : member,
  );
}

const LETTERS = {
  vocabulary: ['a', 'b', 'c', 'd'],
  mask_token: null,
  oov_token: '[UNK]',
  num_oov_indices: 1,
};
describe('a layer that looks words up', () => {
  test.each(EXAMPLES)('$name', async ({ name, model, variables, assets, inputs, outputs }) => {
    const published = name.replaceAll(/\W/g, '_');
    await mkdir(path.join(folder, published));
    const file = path.join(folder, published, 'model.keras');
    await writeFile(file, await writeKerasArchive(model, variables, '3.8.0', assets));
    await publishModel(edge.store, file, published, '1');
    for (let round = 0; round < ROUNDS; round++) {
      const { body } = await ask(edge.isolates[0], `/v1/models/${published}:predict`, { inputs });
      expect(rounded(body)).toEqual({ outputs });
    }
  });

  test.each([
    [{ ...LETTERS, vocabulary: null }, /StringLookup without its vocabulary; export .*: "l"/],
    [
      { ...LETTERS, num_oov_indices: 0 },
      /num_oov_indices 0, which fails at words that it does not know; give it num_oov_indices 1: "l"/,
    ],
    [{ ...LETTERS, output_mode: 'ragged' }, /with output_mode "ragged", which is none of int, /],
    [{ ...LETTERS, output_mode: 'count', sparse: true }, /StringLookup with sparse true/],
  ])('that would answer otherwise is refused: %o', async (config, expected) => {
    const configuration = {
      module: 'keras',
      class_name: 'Sequential',
      config: {
        name: 'model',
        layers: [
          layer('InputLayer', { batch_shape: [null, 3], dtype: 'string', name: 'in' }),
          layer('StringLookup', { name: 'l', ...config }),
        ],
      },
    };
    const { imported } = await importBytes(folder, 'model.keras', await writeKerasArchive(configuration, {}));
    expect(imported).toMatchObject({ kind: 'unsupported', message: expect.stringMatching(expected) });
  });
});
