import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLocalRegistry } from '../../scripts/registry/local/local_registry.ts';
import { startTrafficServer, type TrafficServer } from '../../scripts/traffic/traffic_server.ts';
import { updatePointer } from '../../worker/registry/pointer/pointer_store.ts';
import { canaryTransition, shadowTransition } from '../../worker/registry/pointer/rollout_transitions.ts';
import { wait } from '../../worker/registry/storage/waiting.ts';
import { type TrafficReport, TrafficReportSchema } from '../../worker/traffic/report/traffic_report.ts';
import { runScript } from '../fixtures/commands/run_script.ts';
import { temporaryFolder } from '../fixtures/commands/temporary_folder.ts';
import { ask } from '../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../fixtures/edge/edge.ts';
import { type ManagementWorker, startManagement, tokenEntry } from '../fixtures/edge/management_worker.ts';
import { changeRecord, publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';

const state = join(await temporaryFolder(), 'state');
const MODEL = 'half_plus_two';
const TOKEN = 't'.repeat(43);

let server: TrafficServer;
let edge: Edge;
let management: ManagementWorker;

beforeAll(async () => {
  server = await startTrafficServer(state);
  const store = { TRAFFIC_STORE: server.url };
  edge = await startEdge({ isolates: 2, variables: { ...store, POINTER_LEASE_MS: '0' } });
  management = await startManagement({ ...store, MANAGEMENT_TOKENS: tokenEntry('viewer', 'read', TOKEN) });
  for (const each of [edge.store, management.store]) {
    await publishDirectory(each, `${SAMPLES}/half_plus_two/1.0.0`, MODEL, '1.0.0');
    await publishDirectory(each, `${SAMPLES}/half_plus_two/1.1.0`, MODEL, '1.1.0', { flip: false });
  }
});
afterAll(async () => {
  await Promise.all([edge.stop(), management.stop()]);
});

const get = (path: string) =>
  fetch(new URL(path, management.url), { headers: { authorization: `Bearer ${TOKEN}` } });

async function report(minutes = 30): Promise<TrafficReport> {
  const response = await get(`/api/v1/models/${MODEL}/traffic?minutes=${minutes}`);
  expect(response.status).toBe(200);
  return v.parse(TrafficReportSchema, await response.json());
}

/** The report once it has so many data points. Points are sent after the answers. */
async function reportOf(points: number): Promise<TrafficReport> {
  await expect.poll(async () => (await report()).sampling.points, { timeout: 60_000 }).toBe(points);
  return report();
}

const [first, second] = [() => edge.isolates[0], () => edge.isolates[1]];
const predict = (isolate: URL | undefined, body: unknown, path = `/v1/models/${MODEL}:predict`) =>
  ask(isolate, path, body);

describe('the requests of several isolates', () => {
  test('are one report: versions, outcomes, sizes, isolates', async () => {
    const body = '{"instances":[1.0,2.0,5.0]}';
    expect((await predict(first(), body)).status).toBe(200);
    expect((await predict(second(), body)).status).toBe(200);
    // A refusal, a body that is not valid, a version by number, a model that does not exist.
    expect((await predict(first(), '{"instances":["a"]}')).status).toBe(400);
    expect((await predict(first(), '{"instances":')).status).toBe(400);
    expect((await predict(first(), body, `/v1/models/${MODEL}/versions/1.0.0:predict`)).status).toBe(200);
    expect((await predict(first(), body, '/v1/models/invented:predict')).status).toBe(404);
    // Documents are not recorded.
    expect((await ask(first(), `/v1/models/${MODEL}`)).status).toBe(200);

    const { versions, generations, keys, locations } = await reportOf(5);
    const byRole = Object.fromEntries(versions.map((version) => [version.role, version]));
    expect(byRole).toMatchObject({
      current: {
        version: '1.0.0',
        requests: 3,
        clientErrors: 1,
        serverErrors: 0,
        examples: 6,
        requestBytes: 27 + 27 + 19,
      },
      version: { version: '1.0.0', requests: 1, clientErrors: 0 },
      none: { version: '', requests: 1, clientErrors: 1, latency: { p50: null } },
    });
    // Two answers of 29 bytes, and the sentence of the refusal.
    expect(byRole.current?.answerBytes).toBeGreaterThan(2 * 29);
    expect(byRole.current?.latency.p99).toBeGreaterThanOrEqual(byRole.current?.latency.p50 ?? Infinity);
    expect(byRole.current?.steps.reduce((sum, { requests }) => sum + requests, 0)).toBe(3);
    expect(generations).toMatchObject([{ generation: 1, version: '1.0.0', requests: 4, isolates: 2 }]);
    expect(keys).toMatchObject([{ key: '', requests: 5, clientErrors: 2 }]);
    expect(locations.reduce((sum, { requests }) => sum + requests, 0)).toBe(5);
  });

  test('tell a canary, a shadow and an older generation apart', async () => {
    const change = async (transition: Parameters<typeof updatePointer>[2]) => {
      const update = await updatePointer(edge.store, MODEL, transition, { wait });
      expect(update.kind).toBe('changed');
    };
    await change(canaryTransition({ version: '1.1.0', percent: 100 }, changeRecord()));
    expect((await predict(first(), '{"instances":[1.0]}')).version).toBe('1.1.0');
    await change(canaryTransition({ version: '1.1.0', percent: 0 }, changeRecord()));
    await change(shadowTransition({ version: '1.1.0', percent: 100 }, changeRecord()));
    // The shadow is not compared before it is loaded.
    await expect
      .poll(
        async () => {
          await predict(first(), '{"instances":[1.0]}');
          const { shadows } = await report();
          return shadows[0]?.compared ?? 0;
        },
        { timeout: 60_000 },
      )
      .toBeGreaterThan(0);
    const { versions, generations, shadows } = await report();
    expect(versions).toContainEqual(
      expect.objectContaining({ version: '1.1.0', role: 'canary', requests: 1, clientErrors: 0 }),
    );
    expect(shadows).toMatchObject([{ version: '1.1.0', failed: 0, largestAbsolute: 1 }]);
    expect(generations.map(({ generation, version }) => [generation, version])).toEqual([
      [4, '1.0.0'],
      [2, '1.1.0'],
      [1, '1.0.0'],
    ]);
  });
});

describe('the route', () => {
  test.each(['minutes=0', 'minutes=10081', 'minutes=1e2', 'minutes='])('refuses %s', async (query) => {
    const response = await get(`/api/v1/models/${MODEL}/traffic?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: '"minutes" is a whole number from 1 to 10080' });
  });

  test('knows no traffic of a model that does not exist', async () => {
    const response = await get('/api/v1/models/invented/traffic');
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: 'The model invented does not exist, or has no current version yet',
    });
  });

  test('needs a token', async () => {
    const response = await fetch(new URL(`/api/v1/models/${MODEL}/traffic`, management.url));
    expect(response.status).toBe(401);
  });

  test('says what it needs if nothing is configured', async () => {
    const worker = await startManagement({ MANAGEMENT_TOKENS: tokenEntry('viewer', 'read', TOKEN) });
    try {
      const response = await fetch(new URL(`/api/v1/models/${MODEL}/traffic`, worker.url), {
        headers: { authorization: `Bearer ${TOKEN}` },
      });
      expect(response.status).toBe(501);
      expect(await response.text()).toContain('bind a dataset as TRAFFIC to the serving Worker');
    } finally {
      await worker.stop();
    }
  });
});

describe('the command', () => {
  test('prints the same from the local file and through the management Worker', async () => {
    const options = { env: { EDGE_SERVING_TOKEN: TOKEN } };
    const local = await runScript('traffic', [MODEL, '--persist-to', state]);
    const managed = await runScript('traffic', [MODEL, '--url', management.url.href], options);
    expect([local.code, local.stderr]).toEqual([0, `Reading the requests of ${MODEL}\n`]);
    const lines = local.stdout.split('\n');
    expect(lines[0]).toMatch(/^half_plus_two, the last 30 minutes in the local dev: \d+ requests$/);
    expect(lines.map((line) => line.trim().replace(/ {2,}/g, ' | '))).toEqual(
      expect.arrayContaining([
        'version | role | requests | 4xx | 5xx | p50 | p95 | p99',
        expect.stringMatching(/^1\.1\.0 \| canary \| 1 \| 0 \| 0 \| [\d.]+ ms \|/),
        'generation | version | requests | isolates | locations | last',
        expect.stringMatching(/^2 \| 1\.1\.0 \| 1 \| 1 \| 1 \| \d+ s ago$/),
        'version | compared | incomparable | failed | dropped | largest difference | rows that differ',
      ]),
    );
    const counts = (text: string) => text.split('\n').filter((line) => line.includes(' canary '));
    expect(counts(managed.stdout)).toEqual(counts(local.stdout));
  });

  test('prints the report as JSON', async () => {
    const { code, stdout } = await runScript('traffic', [MODEL, '--persist-to', state, '--json']);
    expect(code).toBe(0);
    expect(v.parse(TrafficReportSchema, JSON.parse(stdout))).toMatchObject({ model: MODEL, minutes: 30 });
  });

  test('says that a model had no requests, and which ones had', async () => {
    const registry = await openLocalRegistry(state);
    await publishDirectory(registry.store, `${SAMPLES}/half_plus_two/1.0.0`, 'idle', '1.0.0');
    await registry.close();
    const words = ['--persist-to', state, '--minutes', '5'];
    expect(await runScript('traffic', ['idle', ...words])).toMatchObject({
      code: 0,
      stdout:
        'No request of idle was recorded in the last 5 minutes.\nRequests of these models were: half_plus_two\n',
    });
    const unknown = await runScript('traffic', ['idel', ...words]);
    expect(unknown).toMatchObject({ code: 1, stdout: '' });
    expect(unknown.stderr).toContain('the model idel does not exist in local state');
    expect(unknown.stderr).toContain('; there is idle');
  });

  test('refuses a model that the management Worker does not have', async () => {
    const env = { EDGE_SERVING_TOKEN: TOKEN };
    const { code, stderr } = await runScript('traffic', ['invented', '--url', management.url.href], { env });
    expect(code).toBe(1);
    expect(stderr).toContain('The model invented does not exist');
  });

  test.each([
    [['--minutes', '0'], 2, 'It must be a whole number from 1 to 10080.'],
    [['--persist-to', 'nowhere'], 1, 'nothing has recorded requests in the local state folder nowhere'],
    [['--remote'], 1, 'binds no Analytics Engine dataset as TRAFFIC'],
    [
      ['--url', 'http://localhost:1'],
      2,
      '--url needs a token in the environment variable EDGE_SERVING_TOKEN',
    ],
  ])('refuses %j with exit code %i', async (words, exit, message) => {
    const { code, stderr } = await runScript('traffic', [MODEL, ...words]);
    expect(code).toBe(exit);
    expect(stderr).toContain(message);
  });
});

/** Binds a dataset whose data points are lines of the log. */
const WITH_DATASET = `
  import worker, { Models } from './index.js';
  export { Models };
  const TRAFFIC = { writeDataPoint: (point) => console.log('point ' + JSON.stringify(point)) };
  const at = (request) => new Request(request, { cf: { colo: 'FRA' } });
  export default { fetch: (request, env, context) => worker.fetch(at(request), { ...env, TRAFFIC }, context) };
`;

test('a dataset that is bound as TRAFFIC gets one data point for each prediction, with the name of its key', async () => {
  const key = 'the-key-of-a-shop';
  const entry = `shop:${createHash('sha256').update(key).digest('hex')}`;
  const bound = await startEdge({
    isolates: 1,
    around: WITH_DATASET,
    variables: { NAMED_API_KEYS: entry, PREDICT_API_KEYS: 'a-key-without-name' },
  });
  try {
    await publishDirectory(bound.store, `${SAMPLES}/half_plus_two/1.0.0`, MODEL, '1.0.0');
    const [isolate] = bound.isolates;
    const send = (path: string, body: object, shown: string) =>
      ask(isolate, path, body, { headers: { 'x-api-key': shown } });
    await send(`/v1/models/${MODEL}:predict`, { instances: [1] }, key);
    const x = { name: 'x', datatype: 'FP32', shape: [2], data: [1, 2] };
    await send(`/v2/models/${MODEL}/infer`, { inputs: [x] }, 'a-key-without-name');
    // The guard refuses it, and nothing is recorded.
    expect((await predict(isolate, { instances: [1] })).status).toBe(401);
    const points = () => bound.log.filter((line) => line.startsWith('point '));
    await expect.poll(points).toHaveLength(2);
    const isolateName = expect.stringMatching(/^[0-9a-f-]{36}$/);
    expect(points().map((line) => JSON.parse(line.slice('point '.length)))).toMatchObject([
      {
        indexes: [MODEL],
        blobs: ['request', MODEL, '1.0.0', 'current', 'predict', 'ok', 'FRA', 'shop', isolateName],
      },
      {
        indexes: [MODEL],
        blobs: ['request', MODEL, '1.0.0', 'current', 'infer', 'ok', 'FRA', '', isolateName],
      },
    ]);
  } finally {
    await bound.stop();
  }
});

test('a store that does not answer is a fault of the store', async () => {
  await server.close();
  const response = await get(`/api/v1/models/${MODEL}/traffic`);
  expect(response.status).toBe(502);
  expect(await response.text()).toContain('The record of requests cannot be read');
});
