import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { readGraphDef } from '../../../import/saved_model/graph_def/read_graph_def.ts';
import { readSavedModel } from '../../../import/saved_model/read_saved_model.ts';
import { readNpy } from '../../fixtures/saved_model/npy.ts';
import { type PlainTensor, runGraph } from '../../fixtures/saved_model/run_graph.ts';
import { haveSharedModels, SHARED_MODELS } from '../../fixtures/saved_model/shared_models.ts';

const TensorSchema = v.object({ shape: v.array(v.number()), data: v.optional(v.array(v.number())) });
const OracleSchema = v.object({
  runs: v.record(
    v.string(),
    v.object({
      inputs: v.optional(v.record(v.string(), TensorSchema), {}),
      outputs: v.optional(v.record(v.string(), TensorSchema), {}),
    }),
  ),
});

async function readModel(directory: string) {
  const model = await readSavedModel(path.join(SHARED_MODELS, directory));
  if (model.kind !== 'read') throw new Error(model.message);
  return model.value;
}

/** Expects every value within 1e-5 of its size, or of one. */
function expectClose(
  actual: PlainTensor | undefined,
  expected: { shape: number[]; values: ArrayLike<number> },
  tolerance = 1e-5,
) {
  expect(actual?.shape).toEqual(expected.shape);
  const worst = Array.from(expected.values).reduce((error, value, index) => {
    const difference = Math.abs(Number(actual?.values[index]) - value) / Math.max(1, Math.abs(value));
    return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(error, difference);
  }, 0);
  expect(worst).toBeLessThanOrEqual(tolerance);
}

const SERVING = 'tensorflow-serving';
const NODE = 'tfjs-node-savedmodels/test_objects/saved_model';

describe.skipIf(!haveSharedModels())('SavedModels of others', () => {
  test.for([
    `${SERVING}/saved_model_half_plus_two_cpu/00000123`,
    `${SERVING}/saved_model_half_plus_two_tf2_cpu/00000123`,
    `${SERVING}/saved_model_half_plus_three/00000123`,
    `${NODE}/model_multi_output`,
    `${NODE}/model_single_input_multi_output`,
    `${NODE}/module_with_multiple_signatures`,
    `${NODE}/times_three_float`,
    `${NODE}/times_two_int`,
    'tract-keras/my_model',
    'tensorspace-mnist/tensorflow/rawModel/saved',
  ])('%s answers what TensorFlow answers', async (directory) => {
    const { graph } = await readModel(directory);
    const oracle = v.parse(
      OracleSchema,
      JSON.parse(readFileSync(path.join(SHARED_MODELS, directory, 'ORACLE_tf221.json'), 'utf8')),
    );
    let compared = 0;
    for (const [run, { inputs, outputs }] of Object.entries(oracle.runs)) {
      const tensors = Object.entries(inputs);
      // The server parses serialized examples; see below.
      if (tensors.some(([, { data }]) => data === undefined)) continue;
      const feeds = tensors.map(([name, { shape, data = [] }]) => [name, { shape, values: data }]);
      if (Object.keys(outputs).length === 0) continue;
      const answer = await runGraph(graph, run.replace('serve/', ''), Object.fromEntries(feeds));
      for (const [name, { shape, data = [] }] of Object.entries(outputs)) {
        expectClose(answer[name], { shape, values: data });
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(0);
  });

  test('saved_model_half_plus_two_cpu takes features where it took serialized examples', async () => {
    const { graph } = await readModel(`${SERVING}/saved_model_half_plus_two_cpu/00000123`);
    expect(graph.signatures.regress_x_to_y).toMatchObject({
      method: 'tensorflow/serving/regress',
      inputs: { x: { dtype: 'float32', shape: [-1, 1] } },
    });
    const regressed = await runGraph(graph, 'regress_x_to_y', { x: { shape: [1, 1], values: [80] } });
    expect(regressed.outputs?.values).toEqual([42]);
    const classified = await runGraph(graph, 'classify_x_to_y', { x: { shape: [1, 1], values: [20] } });
    expect(classified.scores?.values).toEqual([12]);
  });

  test('saved_model_half_plus_two_tf2_cpu, whose signatures are all for predict, parses them', async () => {
    const { graph } = await readModel(`${SERVING}/saved_model_half_plus_two_tf2_cpu/00000123`);
    expect(graph.signatures.regress_x_to_y).toMatchObject({
      method: 'tensorflow/serving/predict',
      inputs: { inputs: { dtype: 'string', holdsExamples: true } },
    });
  });

  test.for(['saved_model_half_plus_two_cpu', 'saved_model_half_plus_two_tf2_cpu'])(
    '%s answers a list of any length, as in the documentation of TensorFlow Serving',
    async (name) => {
      const { graph } = await readModel(`${SERVING}/${name}/00000123`);
      expect(graph.signatures.serving_default?.inputs.x).toMatchObject({ anyShape: true });
      const answer = await runGraph(graph, 'serving_default', { x: { shape: [3], values: [1, 2, 5] } });
      expect(answer).toEqual({ y: { shape: [3], values: [2.5, 3, 4.5] } });
    },
  );

  test('a model that counts its requests reads its counter, and the update is left out', async () => {
    const { graph } = await readModel(`${SERVING}/saved_model_counter/00000123`);
    expect(await runGraph(graph, 'get_counter', {})).toEqual({ output: { shape: [], values: [0] } });
    const changesTheModel = expect.stringMatching(/"\w+\/Assign\w*" .*immutable/);
    expect(graph.leftOut).toEqual({
      incr_counter: changesTheModel,
      incr_counter_by: changesTheModel,
      reset_counter: changesTheModel,
    });
  });

  test('the format from before SavedModel is refused', async () => {
    const model = await readSavedModel(path.join(SHARED_MODELS, SERVING, 'bad_half_plus_two/00000123'));
    expect(model).toMatchObject({ kind: 'malformed', message: expect.stringContaining('saved_model.pb') });
  });

  test('basic-pitch answers what TensorFlow answers', async () => {
    const { graph } = await readModel('basic-pitch/other-formats/nmp');
    const windows = path.join(SHARED_MODELS, 'basic-pitch/other-formats/vectors/windows');
    const input = readNpy(path.join(windows, 'input_6x43844x1.f32.npy'));
    const [, ...inner] = input.shape;
    const first = input.values.subarray(
      0,
      inner.reduce((count, size) => count * size, 1),
    );
    const answer = await runGraph(graph, 'serving_default', {
      input_2: { shape: [1, ...inner], values: [...first] },
    });
    for (const output of ['contour', 'note', 'onset']) {
      const { shape, values } = readNpy(path.join(windows, `tf221_${output}.npy`));
      const [, ...rest] = shape;
      const one = values.subarray(
        0,
        rest.reduce((count, size) => count * size, 1),
      );
      expectClose(answer[output], { shape: [1, ...rest], values: one }, 1e-4);
    }
  });

  test('a frozen graph and the SavedModel of one network agree', async () => {
    const folder = 'tensorspace-mnist/tensorflow/rawModel';
    const frozen = await readGraphDef(path.join(SHARED_MODELS, folder, 'frozen/frozen_model.pb'));
    if (frozen.kind !== 'read') throw new Error(frozen.message);
    const saved = await readModel(`${folder}/saved`);
    const image = {
      shape: [1, 32, 32, 1],
      values: Array.from({ length: 1024 }, (_, index) => (index % 7) / 7),
    };
    const { MySoftMax } = await runGraph(frozen.value.graph, 'serving_default', { MyInput: image });
    const { output } = await runGraph(saved.graph, 'serving_default', { input: image });
    expect(MySoftMax?.shape).toEqual([1, 10]);
    expectClose(MySoftMax, { shape: [...(output?.shape ?? [])], values: output?.values.map(Number) ?? [] });
  });
});
