import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rewriteQuantiles, weightedQuantile } from '../../scripts/traffic/local_sql.ts';
import { startTrafficServer } from '../../scripts/traffic/traffic_server.ts';
import { analyticsEngineApi, querySql } from '../../worker/traffic/analytics_engine.ts';
import { localStoreApi, localStoreWriter, TRAFFIC_DATASET } from '../../worker/traffic/local_store.ts';
import { TrafficRecorder } from '../../worker/traffic/traffic_recorder.ts';
import { temporaryFolder } from '../fixtures/commands/temporary_folder.ts';
import { REQUEST } from './recorded_request.ts';

const folder = await temporaryFolder();

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
