import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { publishDirectory, SAMPLES } from '../../fixtures/models/publish_directory.ts';

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
  await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'half_plus_two', '1.0.0');
  await publishDirectory(edge.store, `${SAMPLES}/iris/1.0.0`, 'iris', '1.0.0');
});
afterAll(() => edge.stop());

const at = (path: string) => new URL(path, edge.isolates[0]);
const post = (path: string, body = '{}') => fetch(at(path), { method: 'POST', body });

test('config describes the tensors of a model', async () => {
  const expected = {
    name: 'half_plus_two',
    platform: 'tensorflowjs_graphmodel',
    backend: 'edge-serving',
    max_batch_size: 0,
    input: [{ name: 'x', data_type: 'TYPE_FP32', dims: [-1] }],
    output: [{ name: 'y', data_type: 'TYPE_FP32', dims: [-1] }],
  };
  for (const path of ['/v2/models/half_plus_two/config', '/v2/models/half_plus_two/versions/1.0.0/config']) {
    const response = await fetch(at(path));
    expect(response.headers.get('x-model-version')).toBe('1.0.0');
    expect(await response.json()).toEqual(expected);
  }
  expect((await fetch(at('/v2/models/nothing/config'))).status).toBe(404);
});

test('the index of the repository lists the models', async () => {
  expect(await (await post('/v2/repository/index', '{"ready":true}')).json()).toEqual([
    { name: 'half_plus_two', state: 'READY', reason: '' },
    { name: 'iris', state: 'READY', reason: '' },
  ]);
});

test('a request to load or unload is told what to do instead', async () => {
  for (const change of ['load', 'unload']) {
    const response = await post(`/v2/repository/models/iris/${change}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: expect.stringContaining('use publish, promote or rollback'),
    });
  }
  expect((await fetch(at('/v2/models/iris/ready'))).status).toBe(200);
});
