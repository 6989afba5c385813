import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask } from '../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../fixtures/edge/edge.ts';
import { publishModel } from '../fixtures/models/publish_directory.ts';
import { writeGraph } from '../fixtures/models/write_graph.ts';

const FLOAT = { T: { type: 'DT_FLOAT' } };

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
  for (const [name, shape] of [
    ['scalar', []],
    ['list', [-1]],
    ['three', [3]],
    ['rows', [-1, 1]],
  ] as const) {
    const graph = await writeGraph(
      [{ name: 'x', dtype: 'DT_FLOAT', shape: [...shape] }],
      [{ name: 'y', op: 'Neg', input: ['x'], attr: FLOAT }],
      [{ name: 'y', dtype: 'DT_FLOAT' }],
    );
    await publishModel(edge.store, graph, name, '1');
  }
});
afterAll(() => edge.stop());

const shapes = (expected: string, given: string) => `input x: Expecting shape ${expected} but got: ${given}`;

test.each<[model: string, body: string, answer: object | string]>([
  ['scalar', '{"inputs": 2.5}', { outputs: -2.5 }],
  ['scalar', '{"inputs": {"x": 2.5}}', { outputs: -2.5 }],
  ['scalar', '{"inputs": [2.5]}', shapes('[]', '[1]')],
  ['scalar', '{"inputs": {"x": [2.5]}}', shapes('[]', '[1]')],
  ['scalar', '{"instances": [2.5]}', shapes('[]', '[1]')],
  ['scalar', '{"instances": [{"x": 2.5}]}', shapes('[]', '[1]')],
  ['list', '{"inputs": [2.5]}', { outputs: [-2.5] }],
  ['list', '{"instances": [2.5, 1]}', { predictions: [-2.5, -1] }],
  ['list', '{"inputs": 2.5}', shapes('[-1]', '[]')],
  ['list', '{"inputs": {"x": 2.5}}', shapes('[-1]', '[]')],
  ['list', '{"inputs": [[2.5]]}', shapes('[-1]', '[1,1]')],
  ['three', '{"inputs": [1, 2, 3]}', { outputs: [-1, -2, -3] }],
  ['three', '{"inputs": 1}', shapes('[3]', '[]')],
  ['three', '{"inputs": [1]}', shapes('[3]', '[1]')],
  ['rows', '{"instances": [[1], [2]]}', { predictions: [[-1], [-2]] }],
  ['rows', '{"instances": [1, 2]}', shapes('[-1,1]', '[2]')],
  ['rows', '{"inputs": 1}', shapes('[-1,1]', '[]')],
])('%s given %s', async (model, body, answer) => {
  const { status, body: json } = await ask(edge.isolates[0], `/v1/models/${model}:predict`, body);
  expect([status, json]).toEqual(typeof answer === 'string' ? [400, { error: answer }] : [200, answer]);
});

test.each([
  ['scalar', [], [1], 200],
  ['scalar', [1], [1], 400],
  ['list', [1], [1], 200],
  ['list', [], [1], 400],
])('%s given the shape %j in Open Inference', async (model, shape, data, status) => {
  const inputs = [{ name: 'x', shape, datatype: 'FP32', data }];
  expect((await ask(edge.isolates[0], `/v2/models/${model}/infer`, { inputs })).status).toBe(status);
});
