import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { updatePointer } from '../../../worker/registry/pointer/pointer_store.ts';
import { labelTransition } from '../../../worker/registry/pointer/pointer_transitions.ts';
import { wait } from '../../../worker/registry/storage/waiting.ts';
import { readMetrics } from '../../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { withEchoSignatures, writeEchoModel } from '../../fixtures/models/echo_model.ts';
import { changeRecord, publishDirectory, SAMPLES } from '../../fixtures/models/publish_directory.ts';
import { faultsOfText } from '../../fixtures/requests/conformance.ts';
import { EXAMPLE_VECTORS, JSON_ANSWERS } from '../../vectors/tensorflow_serving/json_answers.ts';
import { JSON_REQUESTS } from '../../vectors/tensorflow_serving/json_requests.ts';
import { REST_API } from '../../vectors/tensorflow_serving/rest_api.ts';
import type { Vector } from '../../vectors/tensorflow_serving/vector.ts';

let edge: Edge;
let isolate: URL;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
  const [first] = edge.isolates;
  if (first === undefined) throw new Error('there is no isolate');
  isolate = first;
  const directory = await writeEchoModel();
  await publishDirectory(edge.store, directory, 'echo', '123', { change: withEchoSignatures });
  await publishDirectory(edge.store, directory, 'half_plus_two', '1', {
    change: (content) => ({ ...content, warmup: [] }),
  });
  for (const [model, version] of [
    ['echo', '123'],
    ['half_plus_two', '1'],
  ] as const) {
    await updatePointer(edge.store, model, labelTransition('stable', version, changeRecord()), { wait });
  }
  await publishDirectory(edge.store, `${SAMPLES}/iris/1.0.0`, 'iris', '1.0.0');
  await publishDirectory(edge.store, `${SAMPLES}/linear_regression/1.0.0`, 'linear', '1.0.0');
});
afterAll(() => edge.stop());

/** Sends a request to the Worker, and checks the answer against the OpenAPI document. */
async function ask(path: string, init: RequestInit & { readonly method: string }) {
  const response = await fetch(new URL(path, isolate), init);
  const text = await response.text();
  const { status, headers } = response;
  const contentType = headers.get('content-type');
  expect(faultsOfText({ method: init.method, path, status, contentType, text }), text.slice(0, 300)).toEqual(
    [],
  );
  return { status, headers, text };
}

const SUITES: Readonly<Record<string, readonly Vector[]>> = {
  'requests as JSON': JSON_REQUESTS,
  'answers as JSON': JSON_ANSWERS,
  'classify and regress': EXAMPLE_VECTORS,
  'the REST API': REST_API,
};

describe.each(Object.keys(SUITES))('%s', (name) => {
  test.each(SUITES[name] ?? [])('$shows', async (vector) => {
    const { path, body } = vector;
    const method = vector.method ?? (body === undefined ? 'GET' : 'POST');
    const { status, headers, text } = await ask(path, { method, ...(body !== undefined && { body }) });
    expect([status, text.slice(0, 300)]).toEqual([vector.status, expect.any(String)]);
    expect(headers.get('content-type')).toBe('application/json');
    if (vector.text !== undefined) expect(text).toBe(vector.text);
    if (vector.json !== undefined) expect(JSON.parse(text)).toEqual(vector.json);
    if (vector.words !== undefined) {
      expect(JSON.parse(text)).toEqual({ error: expect.stringContaining(vector.words) });
    }
    if (vector.status === 200) expect(headers.get('x-model-version')).toMatch(/^(123|1)$/);
  });
});

const post = async (
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
) => {
  const { status, text } = await ask(path, { method: 'POST', body, headers });
  const answer: unknown = JSON.parse(text);
  return { status, answer };
};

describe('sample models', () => {
  test('iris is classified with the names of its classes', async () => {
    const examples = [{ centimetres: [5.1, 3.5, 1.4, 0.2] }];
    const { status, answer } = await post('/v1/models/iris:classify', JSON.stringify({ examples }));
    expect([status, answer]).toEqual([
      200,
      {
        results: [
          [
            ['setosa', expect.closeTo(1, 2)],
            ['versicolor', expect.closeTo(0, 2)],
            ['virginica', expect.closeTo(0, 2)],
          ],
        ],
      },
    ]);
  });

  test('linear regression regresses', async () => {
    expect(await post('/v1/models/linear:regress', '{"examples": [{"x": [1.0]}, {"x": 10.0}]}')).toEqual({
      status: 200,
      answer: { results: [expect.closeTo(0.09022979, 5), expect.closeTo(0.90229785, 5)] },
    });
  });
});

describe('bodies', () => {
  const PATH = '/v1/models/echo:predict';
  const BODY = '{"instances": [1.0, 2.0]}';

  test('of gzip', async () => {
    const answer = { predictions: [2.5, 3] };
    expect(await post(PATH, gzipSync(BODY), { 'content-encoding': 'gzip' })).toEqual({ status: 200, answer });
  });

  test.each([
    ['a bomb', gzipSync(new Uint8Array(20_000_000)), 'gzip', 413],
    ['broken', gzipSync(BODY).subarray(0, 20), 'gzip', 400],
    ['none', Buffer.from(BODY), 'gzip', 400],
    ['another encoding', Buffer.from(BODY), 'br', 415],
  ])('declared as gzip that are not gzip: %s', async (_, body, encoding, status) => {
    expect(await post(PATH, body, { 'content-encoding': encoding })).toEqual({
      status,
      answer: { error: expect.any(String) },
    });
  });

  test('of brackets, as large as a body may be', async () => {
    const size = 8 * 1024 * 1024;
    const brackets = await post(PATH, '['.repeat(size));
    expect(brackets).toEqual({ status: 400, answer: { error: expect.stringContaining('JSON Parse error') } });
    const half = size / 2 - 20;
    const nested = await post(PATH, `{"inputs": ${'['.repeat(half)}${']'.repeat(half)}}`);
    expect(nested).toEqual({ status: 400, answer: { error: expect.stringContaining('unexpected level') } });
  });
});

test('OPTIONS is answered as TensorFlow Serving answers it', async () => {
  const { status, headers, text } = await ask('/v1/models/echo:predict', {
    method: 'OPTIONS',
    headers: { origin: 'https://example.com' },
  });
  expect([status, text]).toEqual([200, '']);
  expect(headers.get('access-control-allow-origin')).toBeNull();
});

test('metrics count requests and examples by model, version and status', async () => {
  const counted = ':tensorflow:serving:request_count{model_name="linear",status="OK",version="1.0.0"}';
  const examples = ':tensorflow:serving:request_example_count_total{model="linear",version="1.0.0"}';
  const latency =
    ':tensorflow:serving:request_latency_count{model_name="linear",API="regress",entrypoint="REST",version="1.0.0"}';
  const before = await readMetrics(isolate);
  await post('/v1/models/linear:regress', '{"examples": [{"x": [1.0]}, {"x": 10.0}]}');
  await post('/v1/models/linear:regress', '{"examples": [{"x": [1.0]}, {"x": "ten"}]}');
  const after = await readMetrics(isolate);
  const grown = (key: string) => (after.get(key) ?? 0) - (before.get(key) ?? 0);
  expect([grown(counted), grown(examples), grown(latency)]).toEqual([1, 2, 1]);
  expect(grown(counted.replace('OK', 'INVALID_ARGUMENT'))).toBe(1);
});
