import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { withinOneWindow } from '../../fixtures/edge/rate_limit_window.ts';
import { publishDirectory, SAMPLES } from '../../fixtures/models/publish_directory.ts';
import { faultsOf } from '../../fixtures/requests/conformance.ts';

const KEYS = {
  plain: 'a-plain-key-of-old',
  all: 'key-for-all-of-the-models',
  some: 'key-for-only-the-halves',
  slow: 'key-with-a-rate-of-its-own',
};

function entryOf(name: keyof typeof KEYS, options = ''): string {
  return `${name}:${createHash('sha256').update(KEYS[name]).digest('hex')}${options}`;
}

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({
    isolates: 1,
    variables: {
      PREDICT_API_KEYS: KEYS.plain,
      NAMED_API_KEYS: [
        entryOf('all'),
        entryOf('some', ':models=half_*+absent'),
        entryOf('slow', ':rate=2/60'),
      ].join(',\n'),
    },
    rates: { RATE_LIMITER_2_60: 2 },
  });
  await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'half_plus_two', '1.0.0');
  await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.1.0`, 'secret_model', '1.1.0');
});
afterAll(() => edge.stop());

async function send(key: keyof typeof KEYS, path: string, body?: string, address = '192.0.2.1') {
  const response = await fetch(new URL(path, edge.isolates[0]), {
    headers: { 'x-api-key': KEYS[key], 'cf-connecting-ip': address },
    ...(body !== undefined && { method: 'POST', body }),
  });
  const text = await response.text();
  const contentType = response.headers.get('content-type');
  return {
    status: response.status,
    body: contentType?.includes('json') ? JSON.parse(text) : text,
    contentType,
  };
}

const INSTANCES = '{"instances":[1]}';
const INFER = '{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1]}]}';

test('plain and named keys are accepted side by side', async () => {
  for (const key of ['plain', 'all'] as const) {
    expect(await send(key, '/v1/models/secret_model:predict', INSTANCES)).toMatchObject({
      status: 200,
      body: { predictions: [3.5] },
    });
  }
});

describe('a key for some models', () => {
  test('may use these', async () => {
    expect(await send('some', '/v1/models/half_plus_two:predict', INSTANCES)).toMatchObject({
      body: { predictions: [2.5] },
    });
    expect(await send('some', '/v2/models/half_plus_two/infer', INFER)).toMatchObject({
      body: { outputs: [{ data: [2.5] }] },
    });
    expect(await send('some', '/v1/models/absent:predict', INSTANCES)).toMatchObject({ status: 404 });
  });

  test.each(['/v2/models/stats', '/openapi.json'])('shows nothing of others in %s', async (path) => {
    expect(JSON.stringify((await send('all', path)).body)).toContain('secret_model');
    const seen = JSON.stringify((await send('some', path)).body);
    expect(seen).toContain('half_plus_two');
    expect(seen).not.toContain('secret_model');
  });

  test.each([
    ['/v1/models/secret_model:predict', INSTANCES],
    ['/V1/MODELS/secret_model:predict', INSTANCES],
    ['/v1/models/%73ecret_model:predict', INSTANCES],
    ['/v1/models/secret_model/versions/1.1.0:predict', INSTANCES],
    ['/v1/models/secret_model/labels/any:predict', INSTANCES],
    ['/v2/models/secret_model/stats', undefined],
    ['/v1/models/secret_model:classify', '{"examples":[{"x":1.0}]}'],
    ['/v1/models/secret_model:regress', 'no JSON'],
    ['/v1/models/secret_model', undefined],
    ['/v1/models/secret_model/versions/1.1.0', undefined],
    ['/v1/models/secret_model/metadata', undefined],
    ['/v2/models/secret_model/infer', INFER],
    ['/v2/models/%73ecret_model/infer', INFER],
    ['/v2/models/secret_model/versions/1.1.0/infer', INFER],
    ['/v2/models/secret_model/versions/x', undefined],
    ['/v2/models/secret_model', undefined],
    ['/v2/models/secret_model/ready', undefined],
    ['/v2/models/secret_model/config', undefined],
  ])('gets 403 at %s', async (path, body) => {
    const answer = await send('some', path, body);
    expect(answer).toMatchObject({
      status: 403,
      body: { error: 'The key "some" may use only the models half_*, absent, and not secret_model' },
    });
    const { status, contentType, body: json } = answer;
    const method = body === undefined ? 'GET' : 'POST';
    expect(faultsOf({ method, path: path.replace('%73', 's'), status, contentType, json })).toEqual([]);
  });

  test('sees no other names in lists', async () => {
    const lists = [
      await send('some', '/v1/models'),
      await send('some', '/v2/models'),
      await send('some', '/v2/repository/index', '{}'),
      await send('some', '/'),
      await send('some', '/openapi.json'),
      // Both models have been asked for.
      await send('some', '/v2/models/stats'),
    ];
    for (const { status, body } of lists) {
      expect(status).toBe(200);
      expect(JSON.stringify(body)).toContain('half_plus_two');
      expect(JSON.stringify(body)).not.toContain('secret_model');
    }
    expect(JSON.stringify((await send('all', '/v2/models/stats')).body)).toContain('secret_model');
    expect((await send('all', '/v1/models')).body).toEqual({ models: ['half_plus_two', 'secret_model'] });
  });

  test('does not see the metrics, which are about all models', async () => {
    expect(await send('some', '/monitoring/prometheus/metrics')).toMatchObject({
      status: 403,
      body: { error: expect.stringContaining('may use only some of them') },
    });
  });
});

test('a key with a rate has a limit of its own', async () => {
  const statuses = await withinOneWindow(async (network) => {
    const answers: number[] = [];
    for (const key of ['slow', 'slow', 'slow', 'all'] as const) {
      answers.push((await send(key, '/v2', undefined, `${network}::1`)).status);
    }
    return answers;
  });
  expect(statuses.slice(2)).toEqual([429, 200]);
});

test('the metrics count requests by the names of keys, and the log has no key', async () => {
  const { body } = await send('all', '/monitoring/prometheus/metrics');
  expect(body).toMatch(/^edge_serving_key_requests_total\{key="all",outcome="admitted"\} \d+$/m);
  expect(body).toMatch(/^edge_serving_key_requests_total\{key="some",outcome="admitted"\} \d+$/m);
  expect(body).toMatch(/^edge_serving_key_requests_total\{key="slow",outcome="limited"\} \d+$/m);
  expect(body).toMatch(/^edge_serving_key_requests_total\{key="",outcome="admitted"\} \d+$/m);
  for (const key of Object.values(KEYS)) expect(`${body}${edge.log.join('\n')}`).not.toContain(key);
});
