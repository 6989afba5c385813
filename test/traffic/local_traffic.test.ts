import { join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { rewriteQuantiles, weightedQuantile } from '../../scripts/traffic/local_sql.ts';
import { LocalTraffic } from '../../scripts/traffic/local_traffic.ts';
import { startTrafficServer } from '../../scripts/traffic/traffic_server.ts';
import { analyticsEngineApi, querySql } from '../../worker/traffic/analytics_engine.ts';
import { localStoreApi, localStoreWriter, TRAFFIC_DATASET } from '../../worker/traffic/local_store.ts';
import { readReport, stepSecondsOf, type TrafficStore } from '../../worker/traffic/report/read_report.ts';
import { TrafficReportSchema } from '../../worker/traffic/report/traffic_report.ts';
import { type RecordedRequest, TrafficRecorder } from '../../worker/traffic/traffic_recorder.ts';
import { temporaryFolder } from '../fixtures/commands/temporary_folder.ts';

const folder = await temporaryFolder();
let folders = 0;

/** 2026-11-29T12:00:00Z */
const NOON = 1_795_953_600_000;

const REQUEST: RecordedRequest = {
  model: 'm',
  isKnownModel: true,
  version: '1.0.0',
  generation: 1,
  role: 'current',
  protocol: 'predict',
  status: 200,
  location: 'FRA',
  key: '',
  waits: { latency: 10, body: 0, pointer: 0, load: 0, compute: 6, encode: 1 },
  examples: 2,
  requestBytes: 100,
  answerBytes: 50,
};

/** A store with the requests that a function records, each with the milliseconds before noon at which it was. */
async function storeOf(
  record: (at: (before: number, isolate?: string, oneIn?: number) => TrafficRecorder) => void,
): Promise<TrafficStore> {
  const state = join(folder, String(++folders));
  const written = await LocalTraffic.openToWrite(state);
  record(
    (before, isolate = 'a', oneIn = 1) =>
      new TrafficRecorder({
        write: (point) => written.write(point, NOON - before),
        oneIn,
        isolate,
        random: () => 0,
      }),
  );
  written.close();
  const read = await LocalTraffic.openToRead(state);
  return {
    source: { kind: 'local', dataset: TRAFFIC_DATASET },
    query: async (sql) => read.query(sql),
  };
}

const LIFETIME = { waitUntil: () => {} };
const waits = (latency: number) => ({ ...REQUEST.waits, latency });

describe('the report of a model', () => {
  test('has requests, errors and percentiles of each version and role', async () => {
    const store = await storeOf((at) => {
      for (const latency of [10, 20, 30, 40]) {
        at(1000).recordRequest({ ...REQUEST, waits: waits(latency) }, LIFETIME);
      }
      at(1000).recordRequest({ ...REQUEST, status: 400, waits: waits(1) }, LIFETIME);
      at(1000).recordRequest({ ...REQUEST, status: 503, waits: waits(900) }, LIFETIME);
      at(1000).recordRequest({ ...REQUEST, role: 'canary', version: '2.0.0', waits: waits(70) }, LIFETIME);
      at(1000).recordRequest({ ...REQUEST, model: 'other' }, LIFETIME);
    });
    const report = await readReport(store, 'm', 30, NOON);
    expect(v.parse(TrafficReportSchema, report)).toEqual(report);
    expect(report.versions).toMatchObject([
      {
        version: '1.0.0',
        role: 'current',
        requests: 6,
        clientErrors: 1,
        serverErrors: 1,
        examples: 12,
        requestBytes: 600,
        answerBytes: 300,
        // Of the four that succeeded.
        latency: { p50: 20, p95: 40, p99: 40 },
        waits: { pointer: { p50: 0, p95: 0, p99: 0 }, compute: { p50: 6, p95: 6, p99: 6 } },
      },
      { version: '2.0.0', role: 'canary', requests: 1, latency: { p50: 70 } },
    ]);
    expect(report.sampling).toEqual({ points: 7, requests: 7 });
    expect(report.source).toEqual({ kind: 'local', dataset: 'edge_serving_traffic' });
  });

  test('counts a sampled request as all that it stands for', async () => {
    const store = await storeOf((at) => {
      at(1000, 'a', 100).recordRequest({ ...REQUEST, waits: waits(10) }, LIFETIME);
      at(1000, 'a', 1).recordRequest({ ...REQUEST, waits: waits(90) }, LIFETIME);
    });
    const report = await readReport(store, 'm', 30, NOON);
    expect(report.sampling).toEqual({ points: 2, requests: 101 });
    expect(report.versions).toMatchObject([
      { requests: 101, examples: 202, latency: { p50: 10, p95: 10, p99: 10 } },
    ]);
  });

  test('has a time step for each part of the time with requests, and ends at the first minute asked for', async () => {
    const store = await storeOf((at) => {
      at(40 * 60_000).recordRequest({ ...REQUEST, version: 'too-old' }, LIFETIME);
      at(90_000).recordRequest(REQUEST, LIFETIME);
      at(89_000).recordRequest({ ...REQUEST, status: 500 }, LIFETIME);
      at(5_000).recordRequest(REQUEST, LIFETIME);
    });
    const report = await readReport(store, 'm', 30, NOON);
    expect(report.stepSeconds).toBe(30);
    expect(report.from).toBe('2026-11-29T11:30:00.000Z');
    expect(report.to).toBe('2026-11-29T12:00:00.000Z');
    expect(report.versions.map(({ version, steps }) => ({ version, steps }))).toMatchObject([
      {
        version: '1.0.0',
        steps: [
          { at: '2026-11-29T11:58:30.000Z', requests: 2, serverErrors: 1 },
          { at: '2026-11-29T11:59:30.000Z', requests: 1, serverErrors: 0 },
        ],
      },
    ]);
  });

  test('shows which isolates are still on an older generation', async () => {
    const store = await storeOf((at) => {
      at(120_000, 'a').recordRequest(REQUEST, LIFETIME);
      at(60_000, 'b').recordRequest({ ...REQUEST, location: 'SJC' }, LIFETIME);
      at(50_000, 'a').recordRequest({ ...REQUEST, generation: 2, version: '2.0.0' }, LIFETIME);
      at(10_000, 'a').recordRequest({ ...REQUEST, generation: 2, version: '2.0.0' }, LIFETIME);
    });
    const { generations } = await readReport(store, 'm', 30, NOON);
    expect(generations).toMatchObject([
      {
        generation: 2,
        version: '2.0.0',
        requests: 2,
        isolates: 1,
        locations: 1,
        firstAt: '2026-11-29T11:59:10.000Z',
        lastAt: '2026-11-29T11:59:50.000Z',
      },
      {
        generation: 1,
        version: '1.0.0',
        requests: 2,
        isolates: 2,
        locations: 2,
        lastAt: '2026-11-29T11:59:00.000Z',
        steps: [
          { at: '2026-11-29T11:58:00.000Z', requests: 1 },
          { at: '2026-11-29T11:59:00.000Z', requests: 1 },
        ],
      },
    ]);
  });

  test('has locations, keys and shadows', async () => {
    const store = await storeOf((at) => {
      const traffic = at(1000);
      traffic.recordRequest({ ...REQUEST, key: 'shop' }, LIFETIME);
      traffic.recordRequest({ ...REQUEST, key: 'shop', location: 'SJC', status: 429 }, LIFETIME);
      traffic.recordRequest(REQUEST, LIFETIME);
      const shadow = { model: 'm', version: '3.0.0', rows: 10, mismatchedRows: 1, largestRelative: 0.5 };
      traffic.recordShadow({ ...shadow, outcome: 'compared', largestAbsolute: 0.25 }, LIFETIME);
      traffic.recordShadow({ ...shadow, outcome: 'compared', largestAbsolute: 4 }, LIFETIME);
      traffic.recordShadow({ ...shadow, outcome: 'dropped', largestAbsolute: 0 }, LIFETIME);
    });
    const { locations, keys, shadows } = await readReport(store, 'm', 30, NOON);
    expect(locations).toMatchObject([
      { location: 'FRA', version: '1.0.0', requests: 2, latency: { p50: 10 } },
      { location: 'SJC', version: '1.0.0', requests: 1, clientErrors: 1, latency: { p50: null } },
    ]);
    expect(keys).toEqual([
      {
        key: '',
        requests: 1,
        clientErrors: 0,
        serverErrors: 0,
        examples: 2,
        requestBytes: 100,
        answerBytes: 50,
      },
      {
        key: 'shop',
        requests: 2,
        clientErrors: 1,
        serverErrors: 0,
        examples: 4,
        requestBytes: 200,
        answerBytes: 100,
      },
    ]);
    expect(shadows).toEqual([
      {
        version: '3.0.0',
        compared: 2,
        incomparable: 0,
        failed: 0,
        dropped: 1,
        rows: 20,
        mismatchedRows: 2,
        largestAbsolute: 4,
        largestRelative: 0.5,
      },
    ]);
  });

  test('is empty for a model without requests', async () => {
    const report = await readReport(await storeOf(() => {}), 'm', 1, NOON);
    expect(report).toEqual({
      model: 'm',
      source: { kind: 'local', dataset: 'edge_serving_traffic' },
      from: '2026-11-29T11:59:00.000Z',
      to: '2026-11-29T12:00:00.000Z',
      minutes: 1,
      stepSeconds: 5,
      sampling: { points: 0, requests: 0 },
      versions: [],
      locations: [],
      generations: [],
      shadows: [],
      keys: [],
      truncated: [],
    });
  });
});

test.each([
  [1, 5],
  [7, 5],
  [15, 10],
  [30, 30],
  [60, 60],
  [24 * 60, 1800],
  [7 * 24 * 60, 7200],
])('the steps of %i minutes are %i seconds', (minutes, step) => {
  expect(stepSecondsOf(minutes)).toBe(step);
});

describe('the SQL of the local store', () => {
  test('differs from that of Analytics Engine in quantiles and the format only', () => {
    expect(
      rewriteQuantiles(
        'SELECT quantileExactWeighted(0.95)(latency, success) AS p95 FROM t LIMIT 1 FORMAT JSON',
      ),
    ).toBe(
      'SELECT weightedQuantile(0.95, json_group_array(latency), json_group_array(success)) AS p95 FROM t LIMIT 1',
    );
  });

  // By the definition of ClickHouse: the first value at which the running weight reaches the share of the whole.
  test.each([
    ['the middle', 0.5, [3, 1, 2], [1, 1, 1], 2],
    ['the lower middle of an even number', 0.5, [1, 2, 3, 4], [1, 1, 1, 1], 2],
    ['the value with the weight', 0.5, [1, 2, 3], [1, 1, 10], 3],
    ['no value without weight', 0.99, [1, 2, 900], [1, 1, 0], 2],
    ['nothing of nothing', 0.5, [], [], null],
    ['nothing without weight', 0.5, [1], [0], null],
  ])('a quantile is %s', (_, share, values, weights, quantile) => {
    expect(weightedQuantile(share, JSON.stringify(values), JSON.stringify(weights))).toBe(quantile);
  });
});

describe('the server of the local store', () => {
  test('stores what a Worker sends, and answers as the SQL API of Cloudflare', async () => {
    const server = await startTrafficServer(join(folder, 'served'));
    try {
      const pending: Promise<unknown>[] = [];
      const write = localStoreWriter(server.url, fetch);
      const traffic = new TrafficRecorder({ write, oneIn: 1, isolate: 'a', random: Math.random });
      traffic.recordRequest(REQUEST, { waitUntil: (promise) => pending.push(promise) });
      await Promise.all(pending);
      const rows = await querySql(
        localStoreApi(server.url),
        `SELECT blob2 AS model, double4 AS latency FROM ${TRAFFIC_DATASET} FORMAT JSON`,
        fetch,
      );
      expect(rows).toEqual([{ model: 'm', latency: 10 }]);
    } finally {
      await server.close();
    }
  });

  test('refuses who does not know its address, what is no data point, and what would change it', async () => {
    const server = await startTrafficServer(join(folder, 'guarded'));
    try {
      const post = (url: string, body: string) => fetch(url, { method: 'POST', body });
      const statuses = [
        await post(`${new URL(server.url).origin}/points`, '{"indexes":[],"blobs":[],"doubles":[]}'),
        await fetch(`${server.url}/sql`),
        await post(`${server.url}/points`, '{"indexes":[],"blobs":[1],"doubles":[]}'),
        await post(`${server.url}/points`, 'x'.repeat(70_000)),
        await post(`${server.url}/sql`, `DELETE FROM ${TRAFFIC_DATASET}`),
        await post(`${server.url}/sql`, `SELECT count() AS n FROM ${TRAFFIC_DATASET}`),
      ].map(({ status }) => status);
      expect(statuses).toEqual([404, 404, 400, 400, 400, 200]);
    } finally {
      await server.close();
    }
  });
});

test('Cloudflare is asked with the token of the account, and its refusal is told', async () => {
  const asked: Request[] = [];
  const ask: typeof fetch = async (input, init) => {
    asked.push(new Request(input, init));
    return new Response('unknown table', { status: 422 });
  };
  await expect(querySql(analyticsEngineApi('a'.repeat(32), 'secret'), 'SELECT 1', ask)).rejects.toThrow(
    'Analytics Engine returned the status 422: unknown table',
  );
  expect(asked.map(({ url, method }) => `${method} ${url}`)).toEqual([
    `POST https://api.cloudflare.com/client/v4/accounts/${'a'.repeat(32)}/analytics_engine/sql`,
  ]);
  expect(asked[0]?.headers.get('authorization')).toBe('Bearer secret');
});
