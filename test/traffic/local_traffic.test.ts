import { join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { LocalTraffic } from '../../scripts/traffic/local_traffic.ts';
import { TRAFFIC_DATASET } from '../../worker/traffic/local_store.ts';
import { readReport, stepSecondsOf, type TrafficStore } from '../../worker/traffic/report/read_report.ts';
import { TrafficReportSchema } from '../../worker/traffic/report/traffic_report.ts';
import { TrafficRecorder } from '../../worker/traffic/traffic_recorder.ts';
import { temporaryFolder } from '../fixtures/commands/temporary_folder.ts';
import { REQUEST } from './recorded_request.ts';

const folder = await temporaryFolder();
let folders = 0;

/** 2026-11-29T12:00:00Z */
const NOON = 1_795_953_600_000;

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
