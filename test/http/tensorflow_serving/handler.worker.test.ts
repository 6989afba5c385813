import { describe, expect, test } from 'vitest';
import { RequestMemory } from '../../../worker/http/memory/request_memory.ts';
import type { RequestRecord } from '../../../worker/http/metrics/request_metrics.ts';
import { metadataDocument } from '../../../worker/http/tensorflow_serving/documents/metadata_document.ts';
import { createTensorFlowServingHandler } from '../../../worker/http/tensorflow_serving/handler.ts';
import { ask, SCOPE } from '../../fixtures/worker/ask.ts';
import { fakeServing, SIGNATURES } from '../../fixtures/worker/fake_serving.ts';

describe('predict', () => {
  test.each([
    ['', '{"instances": [1.0, 2.0, 5.0]}', '{"predictions":[3.5,4.0,5.5]}', '2'],
    ['', '{"inputs": [1.0, 2.0, 5.0]}', '{"outputs":[3.5,4.0,5.5]}', '2'],
    ['/versions/1', '{"instances": [1.0, 2.0, 5.0]}', '{"predictions":[2.5,3.0,4.5]}', '1'],
    ['/versions/001', '{"instances": [1.0]}', '{"predictions":[2.5]}', '1'],
    ['/labels/stable', '{"inputs": {"x": [0.2]}}', '{"outputs":[2.1]}', '1'],
    ['', '{"signature_name": "total", "inputs": [1, 2]}', '{"outputs":3.0}', '2'],
  ])('%s %s', async (selector, body, text, version) => {
    const answer = await ask('POST', `/v1/models/half_plus_two${selector}:predict`, body);
    expect(answer).toMatchObject({ status: 200, text });
    expect(answer.headers.get('x-model-version')).toBe(version);
    expect(answer.headers.get('x-model-generation')).toBe('7');
    expect(answer.headers.has('x-model-fallback')).toBe(false);
    expect(answer.headers.has('x-model-stale-pointer')).toBe(false);
  });

  test('writes NaN and infinities as null where strict JSON is asked for', async () => {
    const body = '{"instances": [NaN, Infinity, 1]}';
    const path = '/v1/models/half_plus_two:predict';
    expect((await ask('POST', path, body)).text).toBe('{"predictions":[NaN,Infinity,3.5]}');
    expect((await ask('POST', path, body, fakeServing(), '?strict_json=true')).text).toBe(
      '{"predictions":[null,null,3.5]}',
    );
  });

  test('waits for an execution that takes time', async () => {
    const outputs = new Map([['y', { dtype: 'int32' as const, shape: [1], values: Int32Array.of(4) }]]);
    const serving = fakeServing({ execute: () => Promise.resolve({ kind: 'computed', outputs }) });
    expect(await ask('POST', '/v1/models/half_plus_two:predict', '{"inputs": [1]}', serving)).toMatchObject({
      status: 200,
      text: '{"outputs":[4]}',
    });
  });

  test('says which version answered in place of which, and why', async () => {
    const reason = `b\u00e4d\r\nx-injected: 1 ${'!'.repeat(300)}`;
    const serving = fakeServing({ by: { fallback: { wanted: '3.0.0', reason }, stalePointer: { reason } } });
    const { headers } = await ask('POST', '/v1/models/half_plus_two:predict', '{"inputs": [1]}', serving);
    expect(headers.get('x-model-fallback')).toMatch(/^3\.0\.0; b\?d\?\?x-injected: 1 !+$/);
    expect(headers.get('x-model-stale-pointer')).toMatch(/^b\?d\?\?x-injected: 1 !+$/);
    expect(headers.get('x-model-stale-pointer')).toHaveLength(200);
    expect(headers.has('x-injected')).toBe(false);
  });
});

describe('OPTIONS', () => {
  const options = async (headers: Record<string, string>) => {
    const handler = createTensorFlowServingHandler({
      serving: fakeServing(),
      maxRequestBytes: 1,
      memory: new RequestMemory(1_000_000),
    });
    return handler(new Request('http://test/v1/x', { method: 'OPTIONS', headers }), '/v1/x', SCOPE);
  };

  test('is answered for any path and origin, and allows nothing', async () => {
    const response = await options({ origin: 'https://example.com' });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('is refused without an origin', async () => {
    for (const headers of [{}, { origin: 'null' }]) {
      const response = await options(headers);
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({ error: 'Origin header is missing in CORS preflight' });
    }
  });
});

test('reports every request to the metrics', async () => {
  const records: RequestRecord[] = [];
  const handler = createTensorFlowServingHandler({
    serving: fakeServing(),
    maxRequestBytes: 100,
    memory: new RequestMemory(1_000_000),
    record: (record) => records.push(record),
  });
  const send = (path: string, body?: string) =>
    handler(
      new Request(`http://test${path}`, body === undefined ? {} : { method: 'POST', body }),
      path,
      SCOPE,
    );
  await send('/v1/models/half_plus_two:predict', '{"instances": [1, 2]}');
  await send('/v1/models/half_plus_two:predict', '{"instances": ["x"]}');
  await send('/v1/models/half_plus_two:predict', 'x');
  await send('/v1/models/foo:predict', '{"instances": [1]}');
  await send('/v1/models/half_plus_two/versions/9:regress', '{"examples": [{"x": 1.0}]}');
  await send('/v1/models/half_plus_two');
  await send('/v1/nothing');
  expect(records.map(({ milliseconds: _, ...record }) => Object.values(record))).toEqual([
    ['half_plus_two', true, '2', 'predict', 200, 2],
    ['half_plus_two', true, '2', 'predict', 400, undefined],
    ['half_plus_two', false, '', 'predict', 400, undefined],
    ['foo', false, '', 'predict', 404, undefined],
    ['half_plus_two', false, '', 'regress', 404, undefined],
    ['half_plus_two', true, '2', '', 200, undefined],
    ['', false, '', '', 400, undefined],
  ]);
});

test('reports a request that a fault ended', async () => {
  const records: RequestRecord[] = [];
  const handler = createTensorFlowServingHandler({
    serving: fakeServing({
      execute: () => {
        throw new Error('a fault');
      },
    }),
    maxRequestBytes: 100,
    memory: new RequestMemory(1_000_000),
    record: (record) => records.push(record),
  });
  const path = '/v1/models/half_plus_two:predict';
  const request = new Request(`http://test${path}`, { method: 'POST', body: '{"instances": [1]}' });
  await expect(handler(request, path, SCOPE)).rejects.toThrow('a fault');
  expect(records).toMatchObject([{ model: 'half_plus_two', api: 'predict', httpStatus: 500 }]);
});

describe('status', () => {
  const OK = { error_code: 'OK', error_message: '' };
  const ONE = { version: '1', state: 'AVAILABLE', status: OK };
  const TWO = { version: '2', state: 'AVAILABLE', status: OK };

  test.each([
    ['', [TWO, ONE], '2'],
    ['/versions/1', [ONE], '1'],
    // TensorFlow Serving ignores the label here too.
    ['/labels/stable', [TWO, ONE], '2'],
    ['/labels/none', [TWO, ONE], '2'],
  ])('%s', async (selector, statuses, version) => {
    const answer = await ask('GET', `/v1/models/half_plus_two${selector}`);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ model_version_status: statuses });
    expect(answer.headers.get('x-model-version')).toBe(version);
  });
});

test.each([
  ['', '2'],
  ['/versions/1', '1'],
  ['/labels/stable', '1'],
])('metadata of %s', async (selector, version) => {
  const answer = await ask('GET', `/v1/models/half_plus_two${selector}/metadata`);
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.text)).toEqual(
    metadataDocument('half_plus_two', version, { signatures: SIGNATURES }),
  );
  expect(answer.headers.get('x-model-version')).toBe(version);
  expect(answer.headers.get('x-model-generation')).toBe('7');
});
