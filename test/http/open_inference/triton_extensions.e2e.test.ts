import { type IncomingMessage, request } from 'node:http';
import { gunzipSync, inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

describe('statistics', () => {
  const stats = async (path: string) => Object(await (await fetch(at(path))).json());
  const none = { count: 0, ns: 0 };
  const unused = { success: none, fail: none, queue: none };

  test('count what the isolate has answered, by version', async () => {
    const { model_stats } = await stats('/v2/models/half_plus_two/stats');
    expect(model_stats).toMatchObject([
      { name: 'half_plus_two', version: '1.0.0', last_inference: 0, inference_stats: unused },
    ]);
    const before = Date.now();
    const input = { name: 'x', shape: [3], datatype: 'FP32', data: [1, 2, 5] };
    await post('/v2/models/half_plus_two/infer', JSON.stringify({ inputs: [input] }));
    await post('/v1/models/half_plus_two:predict', '{"instances":[1,2]}');
    await post('/v1/models/half_plus_two:predict', '{"instances":["a"]}');
    for (const path of ['/v2/models/half_plus_two/stats', '/v2/models/half_plus_two/versions/1.0.0/stats']) {
      const [counted] = (await stats(path)).model_stats;
      expect(counted).toMatchObject({
        version: '1.0.0',
        inference_count: 5,
        execution_count: 2,
        inference_stats: { success: { count: 2 }, fail: { count: 1 }, queue: none },
        batch_stats: [],
      });
      expect(counted.last_inference).toBeGreaterThanOrEqual(before);
    }
  });

  test('of all models are those of the models that were asked, and say who counted', async () => {
    const { model_stats, note } = await stats('/v2/models/stats');
    expect(model_stats).toMatchObject([{ name: 'half_plus_two', execution_count: 2 }]);
    expect(note).toContain('the isolate that answers');
  });

  test('exist only for models and versions that exist', async () => {
    for (const path of ['/v2/models/nobody/stats', '/v2/models/iris/versions/7/stats']) {
      expect((await fetch(at(path))).status).toBe(404);
    }
    expect((await post('/v2/models/stats')).status).toBe(405);
  });
});

describe('a compressed answer', () => {
  const input = { name: 'x', shape: [3], datatype: 'FP32', data: [1, 2, 5] };
  const body = JSON.stringify({ inputs: [input], parameters: { binary_data_output: true } });
  const asking = (accepted: string, path = '/v2/models/half_plus_two/infer') =>
    new Promise<IncomingMessage>((resolve, reject) => {
      // fetch would decompress the answer.
      const headers = { 'accept-encoding': accepted };
      request(at(path), { method: 'POST', headers }, resolve).on('error', reject).end(body);
    });
  const read = async (answer: IncomingMessage) => Buffer.concat(await answer.toArray());

  test.each([
    ['gzip', gunzipSync],
    ['deflate', inflateSync],
  ] as const)('is in %s, and the length of its JSON is that of the unpacked one', async (format, unpack) => {
    const answer = await asking(format);
    expect(answer.headers['content-encoding']).toBe(format);
    const unpacked = unpack(await read(answer));
    const length = Number(answer.headers['inference-header-content-length']);
    expect(JSON.parse(unpacked.subarray(0, length).toString())).toMatchObject({ model_version: '1.0.0' });
    expect([...new Float32Array(Uint8Array.from(unpacked.subarray(length)).buffer)]).toEqual([2.5, 3, 4.5]);
  });

  test('is sent only to a client that names one format alone, and never with a refusal', async () => {
    for (const accepted of ['gzip, deflate', 'gzip, deflate, br, zstd', 'identity', '']) {
      expect((await asking(accepted)).headers).not.toHaveProperty('content-encoding');
    }
    const refused = await asking('gzip', '/v2/models/iris/infer');
    expect(refused.statusCode).toBe(400);
    expect(JSON.parse((await read(refused)).toString())).toHaveProperty('error');
  });
});

test('members of a request that are null are absent', async () => {
  const answer = await post(
    '/v2/models/half_plus_two/infer',
    JSON.stringify({
      id: null,
      parameters: null,
      inputs: [
        { name: 'x', shape: [1], datatype: 'FP32', parameters: { binary_data_size: null }, data: [1] },
      ],
      outputs: [{ name: 'y', parameters: { classification: null, binary_data: null } }],
    }),
  );
  expect(await answer.json()).toMatchObject({ outputs: [{ name: 'y', data: [2.5] }] });
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
