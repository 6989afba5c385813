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
  { path: '/v2/repository/index', status: 200, body: '{}' },
  { path: '/v2/models/half_plus_two/versions/7', status: 404 },
];

describe('the served document', () => {
  test('is the one that the tests check', async () => {
    const response = await fetch(new URL('/openapi.json', edge.isolates[0]));
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
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

  test('can be read as a page that may fetch nothing', async () => {
    const response = await fetch(new URL('/docs', edge.isolates[0]));
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await response.text()).toContain('/v2/models/{model}/infer');
  });
});
