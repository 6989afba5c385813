import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { withinOneWindow } from '../../fixtures/edge/rate_limit_window.ts';
import { publishDirectory, SAMPLES } from '../../fixtures/models/publish_directory.ts';
import { faultsOf } from '../../fixtures/requests/conformance.ts';

const HALF = '/v1/models/half_plus_two';
const PREDICT = { method: 'POST', body: '{"instances":[1]}' };
const INFER = {
  method: 'POST',
  body: '{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1]}]}',
};

async function startWith(options: Omit<Parameters<typeof startEdge>[0], 'isolates'>): Promise<Edge> {
  const edge = await startEdge({ ...options, isolates: 1 });
  await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'half_plus_two', '1.0.0');
  return edge;
}

function askOf(edge: Edge, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(new URL(path, edge.isolates[0]), init);
}

describe('a server with keys and origins', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await startWith({
      variables: {
        PREDICT_API_KEYS: 'first-key-of-two, second-key-of-two',
        CORS_ORIGINS: 'https://app.example',
      },
    });
  });
  afterAll(() => edge.stop());

  const CLOSED: readonly { path: string; init?: RequestInit }[] = [
    { path: HALF },
    { path: `${HALF}/metadata` },
    { path: `${HALF}:predict`, init: PREDICT },
    { path: '/V1/MODELS/half_plus_two:predict', init: PREDICT },
    { path: '/v2' },
    { path: '/v2/models' },
    { path: '/v2/models/half_plus_two/ready' },
    { path: '/v2/models/half_plus_two/infer', init: INFER },
    { path: '/monitoring/prometheus/metrics' },
  ];

  test.each(CLOSED)('answers $path only with one of them', async ({ path, init }) => {
    const refused = await askOf(edge, path, init);
    const json: unknown = await refused.json();
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer/);
    const contentType = refused.headers.get('content-type');
    expect(faultsOf({ method: init?.method ?? 'GET', path, status: 401, contentType, json })).toEqual([]);
    for (const headers of [
      { authorization: 'Bearer first-key-of-two' },
      { 'x-api-key': 'second-key-of-two' },
    ]) {
      expect((await askOf(edge, path, { ...init, headers })).status).toBe(200);
    }
    expect((await askOf(edge, path, { ...init, headers: { 'x-api-key': 'third-key-of-two' } })).status).toBe(
      401,
    );
  });

  test.each(['/healthz', '/v2/health/live', '/v2/health/ready', '/openapi.json', '/docs'])(
    'answers %s to everyone',
    async (path) => {
      expect((await askOf(edge, path)).status).toBe(200);
    },
  );

  test('logs no key', () => {
    expect(edge.log.join('\n')).not.toMatch(/(first|second|third)-key/);
  });

  test.each([`${HALF}:predict`, '/v2/models/half_plus_two/infer', '/v2'])(
    'lets pages of its origins request %s, with preflights without a key',
    async (path) => {
      const preflight = await askOf(edge, path, {
        method: 'OPTIONS',
        headers: {
          origin: 'https://app.example',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type',
        },
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers.get('access-control-allow-origin')).toBe('https://app.example');
      expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
      expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
      // A page can read the reason of the refusal.
      const refused = await askOf(edge, path, { headers: { origin: 'https://app.example' } });
      expect(refused.status).toBe(401);
      expect(refused.headers.get('access-control-allow-origin')).toBe('https://app.example');
      expect(refused.headers.get('access-control-expose-headers')).toContain('x-model-version');
    },
  );

  test('lets no other page, and says so in the answer to a preflight and in the log', async () => {
    const origin = 'https://other.example';
    const headers = { origin, 'x-api-key': 'first-key-of-two' };
    for (const init of [{ headers }, { ...PREDICT, headers }]) {
      const response = await askOf(edge, 'body' in init ? `${HALF}:predict` : '/v2', init);
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    }
    const preflight = await askOf(edge, `${HALF}:predict`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    const reason =
      'Pages of the origin https://other.example may not read the answers of this server: to allow it, add the origin to ' +
      'the variable CORS_ORIGINS';
    expect([preflight.status, await preflight.json()]).toEqual([403, { error: reason }]);
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
    expect(edge.log.filter((line) => line.includes(origin))).toEqual([
      JSON.stringify({ event: 'origin not allowed', origin, reason }),
    ]);
  });
});

describe('a server without keys', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await startWith({ rateLimit: 3 });
  });
  afterAll(() => edge.stop());

  test('has no CORS, and answers within its rate limit', async () => {
    const headers = { origin: 'https://app.example' };
    const answers: Response[] = [];
    for (let request = 0; request < 5; request++) answers.push(await askOf(edge, '/v2', { headers }));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
    expect(answers[0]?.headers.get('access-control-allow-origin')).toBeNull();
    expect(await answers[4]?.json()).toEqual({ error: expect.stringContaining('rate limit') });
    expect((await askOf(edge, '/v2/health/live')).status).toBe(200);
  });

  test('refuses the preflight of a page that was opened as a file, by a sentence', async () => {
    const preflight = await askOf(edge, '/v2/models/half_plus_two/infer', {
      method: 'OPTIONS',
      headers: { origin: 'null', 'access-control-request-method': 'POST' },
    });
    expect([preflight.status, await preflight.json()]).toEqual([
      403,
      { error: expect.stringMatching(/^Pages of the origin null .* opened as a file .* serve it by HTTP$/) },
    ]);
  });

  test('treats its own pages as every other client', async () => {
    const origin = new URL('/', edge.isolates[0]).origin;
    const headers = { origin, 'cf-connecting-ip': '192.0.2.77' };
    const response = await askOf(edge, `${HALF}:predict`, { ...PREDICT, headers });
    expect(await response.json()).toEqual({ predictions: [2.5] });
    expect(edge.log.filter((line) => line.includes('origin not allowed'))).toHaveLength(2);
  });
});

describe('a server with keys and a rate limit', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await startWith({ variables: { PREDICT_API_KEYS: 'the-only-right-key' }, rateLimit: 3 });
  });
  afterAll(() => edge.stop());

  const predictAs = async (address: string, key: string) => {
    const headers = { 'cf-connecting-ip': address, 'x-api-key': key };
    const response = await askOf(edge, `${HALF}:predict`, { ...PREDICT, headers });
    return [response.status, await response.json()];
  };

  test('stops a client that guesses keys, even after a correct guess, and no other client', async () => {
    const answers = await withinOneWindow(async (network) => {
      const guesses: unknown[] = [];
      for (let guess = 0; guess < 5; guess++) {
        guesses.push((await predictAs(`${network}::${guess}`, `some-wrong-key-${guess}`))[0]);
      }
      const right = (await predictAs(`${network}::9`, 'the-only-right-key'))[0];
      return { guesses, right, other: await predictAs('192.0.2.1', 'the-only-right-key') };
    });
    expect(answers).toEqual({
      guesses: [401, 401, 401, 429, 429],
      right: 429,
      other: [200, { predictions: [2.5] }],
    });
  });
});

describe('Server-Timing', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await startWith({});
  });
  afterAll(() => edge.stop());

  test('names the phases of an answer: the load once, the pointer always', async () => {
    const names = async (path: string, init: RequestInit) => {
      const response = await askOf(edge, path, init);
      const header = response.headers.get('server-timing') ?? '';
      return [...header.matchAll(/(\w+);dur=\d+;desc="[^"]+"/g)].map(([, name]) => name);
    };
    expect(await names(`${HALF}:predict`, PREDICT)).toEqual(['body', 'pointer', 'load', 'total']);
    expect(await names(`${HALF}:predict`, PREDICT)).toEqual(['body', 'pointer', 'total']);
    expect(await names('/v2/models/half_plus_two/infer', INFER)).toEqual(['body', 'pointer', 'total']);
    expect(await names('/v2/models/half_plus_two/versions/9/ready', {})).toEqual(['pointer', 'total']);
  });
});
