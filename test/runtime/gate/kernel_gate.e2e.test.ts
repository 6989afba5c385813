import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { ask, readMetrics } from '../../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { publishDirectory, SAMPLES } from '../../fixtures/models/publish_directory.ts';
import { writeGraph } from '../../fixtures/models/write_graph.ts';
import { infer } from '../../fixtures/requests/raw_inference.ts';
import { GATE_CASES } from './gate_cases/cases.ts';

/** Numbers of another client, which remain in the heap. */
const SECRETS = [31337.5, 8675309, 424242.125, 1234.5678];
/** A plan is recorded, proven and used. */
const ROUNDS = 4;

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
  await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'half_plus_two', '1.0.0');
});
afterAll(() => edge.stop());

async function another(): Promise<void> {
  const instances = Array.from({ length: 2000 }, (_, index) => SECRETS[index % SECRETS.length]);
  const { status } = await ask(edge.isolates[0], '/v1/models/half_plus_two:predict', { instances });
  expect(status).toBe(200);
}

async function breaks(): Promise<number> {
  return (await readMetrics(edge.isolates[0])).get('edge_serving_runtime_breaks_total') ?? 0;
}

describe.each(GATE_CASES.map((each, index) => ({ ...each, model: `case_${index}` })))(
  '$name',
  ({ model, inputs, nodes, outputs, asked }) => {
    beforeAll(async () => {
      await publishDirectory(edge.store, await writeGraph(inputs, nodes, outputs), model, '1');
    });

    test.each(asked)('$of', async ({ send, answer, refused }) => {
      for (let round = 0; round < ROUNDS; round++) {
        await another();
        const inferred = await infer(edge.isolates[0], model, send);
        if (refused === undefined) expect(inferred).toEqual({ kind: 'answered', outputs: answer });
        else
          expect(inferred).toEqual({ kind: 'refused', status: 400, message: expect.stringMatching(refused) });
      }
      expect(await breaks()).toBe(0);
    });
  },
);

describe('TensorFlow Serving’s protocol', () => {
  test('answers the mean of lists without elements by NaN', async () => {
    const directory = await writeGraph(
      [
        { name: 'x', dtype: 'DT_FLOAT', shape: [-1, -1] },
        { name: 'axis', dtype: 'DT_INT32', shape: [1] },
      ],
      [{ name: 'y', op: 'Mean', input: ['x', 'axis'], attr: { keep_dims: { b: false } } }],
      [{ name: 'y', dtype: 'DT_FLOAT', shape: [-1] }],
    );
    await publishDirectory(edge.store, directory, 'rows', '1');
    for (let round = 0; round < ROUNDS; round++) {
      await another();
      const response = await fetch(new URL('/v1/models/rows:predict', edge.isolates[0]), {
        method: 'POST',
        body: JSON.stringify({ inputs: { x: Array.from({ length: 1500 }, () => []), axis: [1] } }),
      });
      expect(response.status).toBe(200);
      const words = (await response.text()).match(/[^\s[\]{}:,"]+/g)?.slice(1);
      expect(words).toEqual(Array.from({ length: 1500 }, () => 'NaN'));
    }
  });

  test('answers a Keras model over an empty time dimension by NaN', async () => {
    const folder = await temporaryFolder();
    const node = (className: string, name: string, config: object, from: string[]) => ({
      class_name: className,
      name,
      config: { name, ...config },
      inbound_nodes: from.length === 0 ? [] : [from.map((each) => [each, 0, 0, {}])],
    });
    const layers = [
      node('InputLayer', 'x', { batch_input_shape: [null, null, 4], dtype: 'float32', sparse: false }, []),
      node('GlobalAveragePooling1D', 'gap', { trainable: true, dtype: 'float32' }, ['x']),
    ];
    const config = { name: 'm', layers, input_layers: [['x', 0, 0]], output_layers: [['gap', 0, 0]] };
    await writeFile(
      path.join(folder, 'model.json'),
      JSON.stringify({
        format: 'layers-model',
        modelTopology: {
          keras_version: '2.15.0',
          backend: 'tensorflow',
          model_config: { class_name: 'Functional', config },
        },
        weightsManifest: [],
      }),
    );
    await publishDirectory(edge.store, folder, 'gap', '1');
    for (const batch of [100, 500, 700, 500, 500, 500]) {
      await another();
      const inferred = await infer(edge.isolates[0], 'gap', {
        x: { shape: [batch, 0, 4], datatype: 'FP32', data: [] },
      });
      const data = Array.from({ length: batch * 4 }, () => Number.NaN);
      expect(inferred).toEqual({
        kind: 'answered',
        outputs: { gap: { shape: [batch, 4], datatype: 'FP32', data } },
      });
    }
  });
});
