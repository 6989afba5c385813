import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pointerKey } from '../../worker/registry/storage/storage_keys.ts';
import { type Edge, startEdge } from '../fixtures/edge/edge.ts';
import { type ManagementWorker, startManagement, tokenEntry } from '../fixtures/edge/management_worker.ts';
import { publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';

const RANDOM = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** A request with the header `x-test` meets a platform that throws what no code expects. */
const AROUND = `
  import worker, { Models } from './index.js';
  export { Models };
  const fault = { waitUntil: () => {}, get tracing() { throw new Error('it broke'); } };
  export default {
    fetch: (request, env, context) =>
      worker.fetch(request, env, request.headers.has('x-test') ? fault : context),
  };
`;

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1, around: AROUND, variables: { ON_LOAD_FAILURE: 'error' } });
  await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'half', '1.0.0');
});
afterAll(() => edge.stop());

const post = (path: string, headers: Record<string, string> = {}, body = '{"instances":[1]}') =>
  fetch(new URL(path, edge.isolates[0]), { method: 'POST', headers, body });

describe('an error answer names its request', () => {
  test.each([
    ["by Cloudflare's ray", { 'cf-ray': '8a1b2c3d4e5f-FRA', 'x-request-id': 'mine' }, '8a1b2c3d4e5f-FRA'],
    ["by the client's own id", { 'x-request-id': 'order:17_a.b-c' }, 'order:17_a.b-c'],
  ])('%s', async (_, headers, id) => {
    for (const path of ['/v1/models/missing:predict', '/v2/models/missing/infer', '/nowhere']) {
      const response = await post(path, headers);
      expect(response.ok).toBe(false);
      expect(response.headers.get('x-request-id')).toBe(id);
    }
  });

  test.each([
    ['there is none', {}],
    ['that of the client is not one', { 'x-request-id': 'a b' }],
    ['that of the client is too long', { 'x-request-id': 'a'.repeat(129) }],
  ])('by a random id where %s', async (_, headers) => {
    const response = await post('/v1/models/missing:predict', headers);
    expect(response.headers.get('x-request-id')).toMatch(RANDOM);
  });

  test('and an answer without an error does not', async () => {
    const response = await post('/v1/models/half:predict', { 'x-request-id': 'mine' });
    expect([response.status, response.headers.get('x-request-id')]).toEqual([200, null]);
  });
});

test('a fault names its request in header, text and log', async () => {
  const response = await post('/v1/models/half:predict', { 'x-test': 'fault', 'x-request-id': 'order-17' });
  expect([response.status, response.headers.get('x-request-id')]).toEqual([500, 'order-17']);
  expect(await response.json()).toEqual({
    error: 'The server failed to answer; its log contains the reason, for the request order-17',
  });
  const line = edge.log.find((entry) => entry.includes('order-17'));
  expect(JSON.parse(line ?? '')).toMatchObject({
    event: 'fault',
    request: 'order-17',
    path: '/v1/models/half:predict',
    error: 'Error: it broke',
  });
});

test('a request that no version could answer is a line of the log with its id', async () => {
  const malformed = new TextEncoder().encode('{}');
  await edge.store.put(pointerKey('broken'), malformed, { condition: { kind: 'always' } });
  const response = await post('/v1/models/broken:predict', { 'x-request-id': 'order-18' });
  const entry = edge.log.map((line) => JSON.parse(line)).find(({ request }) => request === 'order-18');
  expect([response.status, entry]).toEqual([503, expect.objectContaining({ event: 'request failed' })]);
});

describe('the management Worker', () => {
  let management: ManagementWorker;
  const TOKEN = 't'.repeat(43);
  beforeAll(async () => {
    management = await startManagement({ MANAGEMENT_TOKENS: tokenEntry('viewer', 'read', TOKEN) });
  });
  afterAll(() => management.stop());

  test('names the request of an error, and of every line of its log', async () => {
    const ask = (path: string, id: string) =>
      fetch(new URL(path, management.url), {
        headers: { authorization: `Bearer ${TOKEN}`, 'x-request-id': id },
      });
    const [missing, listed] = [
      await ask('/api/v1/models/missing', 'a-1'),
      await ask('/api/v1/models', 'a-2'),
    ];
    expect([missing.status, missing.headers.get('x-request-id')]).toEqual([404, 'a-1']);
    expect([listed.status, listed.headers.get('x-request-id')]).toEqual([200, null]);
    // A line may arrive after the answer.
    await expect.poll(() => management.log.length).toBe(2);
    expect(management.log.map((line) => JSON.parse(line))).toMatchObject([
      { event: 'management', request: 'a-1', path: '/api/v1/models/missing', status: 404 },
      { event: 'management', request: 'a-2', path: '/api/v1/models', status: 200 },
    ]);
  });
});
