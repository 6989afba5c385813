import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setBackend } from '@tensorflow/tfjs';
import * as v from 'valibot';
import { beforeAll, describe, expect, test } from 'vitest';
import { openModel } from '../../../import/open_model.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import type { PlainTensor } from '../../fixtures/keras/hdf5_writer.ts';
import { loadDirectory, runLayers, worstDifference } from '../../fixtures/keras/run_layers.ts';
import { haveSharedModels, SHARED_MODELS } from '../../fixtures/saved_model/shared_models.ts';

const folder = await temporaryFolder();
beforeAll(() => setBackend('cpu'));

const TensorSchema = v.object({ shape: v.array(v.number()), data: v.array(v.number()) });
const KerasOracleSchema = v.object({ input: TensorSchema, output: TensorSchema });
const TfjsOracleSchema = v.object({
  outputs: v.record(v.string(), TensorSchema),
});

async function readOracle<Schema extends v.GenericSchema>(
  schema: Schema,
  path: string,
): Promise<v.InferOutput<Schema>> {
  return v.parse(schema, JSON.parse(await readFile(join(SHARED_MODELS, path), 'utf8')));
}

const plain = ({ shape, data }: v.InferOutput<typeof TensorSchema>): PlainTensor => ({ shape, values: data });

async function importShared(path: string) {
  const temporaryDirectory = await mkdtemp(join(folder, 'converted-'));
  const imported = await openModel(join(SHARED_MODELS, path), { temporaryDirectory });
  return { imported, temporaryDirectory };
}

async function answer(path: string, input: PlainTensor): Promise<PlainTensor[]> {
  const { imported, temporaryDirectory } = await importShared(path);
  if (imported.kind !== 'read') throw new Error(imported.message);
  return runLayers(await loadDirectory(temporaryDirectory), [input]);
}

/** The generator of the oracles' inputs. */
function uniform(seed: number, count: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.fround(((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296);
  });
}

describe.skipIf(!haveSharedModels())("Keras models of others'", () => {
  test.each([
    ['keras-v3/model_a.keras', 'keras-v3/ORACLE_keras315_model_a.keras.json'],
    [
      'mini-xception/gender_models',
      'mini-xception/gender_models/ORACLE_keras315_gender_mini_XCEPTION.21-0.95.hdf5.json',
    ],
  ])('%s answers what Keras answers', async (model, oraclePath) => {
    const { input, output } = await readOracle(KerasOracleSchema, oraclePath);
    expect(worstDifference(await answer(model, plain(input)), [plain(output)])).toBeLessThan(1e-5);
  });

  test.each([
    ['keras/rawModel/combined/mnist.h5', 'keras/convertedModel/ORACLE_tfjs_model.json'],
    [
      'tensorflow/rawModel/keras/tf_keras_model.h5',
      'tensorflow/convertedModel/layerModel/ORACLE_tfjs_model.json',
    ],
  ])('tensorspace-mnist %s answers what its tfjs form answers', async (model, oraclePath) => {
    const { outputs } = await readOracle(TfjsOracleSchema, `tensorspace-mnist/${oraclePath}`);
    const last = Object.values(outputs).at(-1);
    if (last === undefined) throw new Error('the oracle has no output');
    const input = { shape: [1, 28, 28], values: uniform(42, 28 * 28) };
    expect(worstDifference(await answer(`tensorspace-mnist/${model}`, input), [plain(last)])).toBeLessThan(
      1e-5,
    );
  });

  test('weights without a configuration are refused', async () => {
    const { imported } = await importShared('tensorspace-mnist/keras/rawModel/separated/weights.h5');
    expect(imported).toMatchObject({ kind: 'unsupported', message: expect.stringMatching(/weights alone/) });
  });
});
