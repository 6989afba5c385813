import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApiDocument } from '../../../worker/http/openapi/document.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { publishDirectory, SAMPLES } from '../../fixtures/models/publish_directory.ts';
import { faultsOf } from '../../fixtures/requests/conformance.ts';

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
  await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'half_plus_two', '1.0.0');
});
afterAll(() => edge.stop());

const HALF = '/v1/models/half_plus_two';
const NUMBERS = '{"instances":[1,2,5]}';
const ASKED: readonly { path: string; status: number; body?: string }[] = [
  { path: '/healthz', status: 200 },
  { path: '/openapi.json', status: 200 },
  { path: HALF, status: 200 },
  { path: `${HALF}/versions/1.0.0`, status: 200 },
  { path: `${HALF}/versions/7`, status: 404 },
  { path: `${HALF}/metadata`, status: 200 },
  { path: `${HALF}/versions/1.0.0/metadata`, status: 200 },
  { path: `${HALF}:predict`, status: 200, body: NUMBERS },
  { path: `${HALF}:predict`, status: 200, body: '{"inputs":[1,2,5]}' },
  { path: `${HALF}/versions/1.0.0:predict`, status: 200, body: NUMBERS },
  { path: `${HALF}/versions/7:predict`, status: 404, body: NUMBERS },
  { path: `${HALF}/labels/none:predict`, status: 400, body: NUMBERS },
  { path: `${HALF}:predict`, status: 400, body: 'no JSON' },
  { path: '/v1/models/nobody:predict', status: 404, body: NUMBERS },
  { path: '/v2', status: 200 },
  { path: '/v1/models', status: 200 },
  { path: '/v2/models', status: 200 },
  { path: '/v2/models/half_plus_two', status: 200 },
  { path: '/v2/models/half_plus_two/ready', status: 200 },
  { path: '/v2/models/half_plus_two/config', status: 200 },
  { path: '/v2/models/half_plus_two/stats', status: 200 },
  { path: '/v2/models/half_plus_two/versions/1.0.0/stats', status: 200 },
  { path: '/v2/models/nobody/stats', status: 404 },
  { path: '/v2/models/stats', status: 200 },
  { path: '/v2/repository/index', status: 200, body: '{}' },
  { path: '/v2/models/half_plus_two/versions/7', status: 404 },
];

/** Returns a document without its examples. */
function withoutExamples(document: unknown): unknown {
  return JSON.parse(JSON.stringify(document, (name, value) => (name === 'examples' ? undefined : value)));
}

describe('the served document', () => {
  test('is the one that the tests check, with examples of the published models', async () => {
    const response = await fetch(new URL('/openapi.json', edge.isolates[0]));
    const served: unknown = await response.json();
    expect(withoutExamples(served)).toEqual(withoutExamples(openApiDocument()));
    const { paths } = Object(served);
    const predict = paths['/v1/models/{model}:predict'].post;
    expect(predict.parameters[0].examples).toEqual({ half_plus_two: { value: 'half_plus_two' } });
    expect(predict.requestBody.content['application/json'].examples).toEqual({
      half_plus_two: { value: { instances: [0] } },
    });
  });

  test('has examples that the server answers', async () => {
    const { paths } = Object(await (await fetch(new URL('/openapi.json', edge.isolates[0]))).json());
    const sent: string[] = [];
    for (const [template, { post }] of Object.entries<{ post?: unknown }>(paths)) {
      if (template.includes('{label}')) continue;
      const { content } = Object(Object(post).requestBody);
      for (const { value } of Object.values<{ value: unknown }>(
        content?.['application/json'].examples ?? {},
      )) {
        const path = template.replace('{model}', 'half_plus_two').replace('{version}', '1.0.0');
        const init = { method: 'POST', body: JSON.stringify(value) };
        const response = await fetch(new URL(path, edge.isolates[0]), init);
        expect(response.status, await response.text()).toBe(200);
        sent.push(path);
      }
    }
    expect(sent.map((path) => path.replace(/^.*[:/]/, ''))).toEqual(
      // Of the current version and of one by its number.
      ['predict', 'regress', 'predict', 'regress', 'index', 'infer', 'infer'],
    );
  });

  test('shows the models only to clients that may send requests', async () => {
    const key = 'a-key-of-at-least-sixteen-characters';
    const guarded = await startEdge({ isolates: 1, variables: { PREDICT_API_KEYS: key } });
    try {
      await publishDirectory(guarded.store, `${SAMPLES}/iris/1.0.0`, 'secret', '1.0.0');
      const read = async (headers: Readonly<Record<string, string>>) =>
        (await fetch(new URL('/openapi.json', guarded.isolates[0]), { headers })).text();
      expect(await read({})).toBe(JSON.stringify(openApiDocument()));
      expect(await read({ 'x-api-key': 'a-wrong-key-of-sixteen-characters' })).not.toContain('secret');
      expect(await read({ 'x-api-key': key })).toContain('"secret"');
    } finally {
      await guarded.stop();
    }
  });

  test.each(ASKED)('holds for the answer to $path, $status', async ({ path, status, body }) => {
    const method = body === undefined ? 'GET' : 'POST';
    const response = await fetch(
      new URL(path, edge.isolates[0]),
      body === undefined ? { method } : { method, body },
    );
    const json: unknown = await response.json();
    expect(response.status, JSON.stringify(json)).toBe(status);
    const contentType = response.headers.get('content-type');
    expect(faultsOf({ method, path, status, contentType, json })).toEqual([]);
  });
});
