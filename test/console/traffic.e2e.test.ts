import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { startTrafficServer } from '../../scripts/traffic/traffic_server.ts';
import type { TrafficReport } from '../../worker/traffic/report/traffic_report.ts';
import { HAS_BROWSER } from '../fixtures/browser/browser.ts';
import { temporaryFolder } from '../fixtures/commands/temporary_folder.ts';
import { publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';
import { TOKENS, useConsole } from './use_console.ts';

const START = Date.parse('2026-11-29T12:00:00Z');
const STEP_SECONDS = 60;
const at = (step: number) => new Date(START + step * STEP_SECONDS * 1000).toISOString();

const latency = { p50: 2, p95: 4, p99: 8 };
const none = { p50: null, p95: null, p99: null };
const counts = (requests: number, serverErrors = 0) => ({ requests, clientErrors: 0, serverErrors });
const version = (
  name: string,
  role: TrafficReport['versions'][number]['role'],
  steps: readonly number[],
): TrafficReport['versions'][number] => ({
  version: name,
  role,
  ...counts(
    steps.reduce((sum, each) => sum + each, 0),
    1,
  ),
  examples: 1,
  requestBytes: 1,
  answerBytes: 1,
  latency,
  waits: { body: none, pointer: latency, load: none, compute: latency, encode: none },
  steps: steps.map((requests, step) => ({ at: at(step), ...counts(requests), latency })),
});

/** As the management Worker returns it for a fleet with a canary, one isolate of which is behind. */
const REPORT: TrafficReport = {
  model: 'half_plus_two',
  source: { kind: 'analytics engine', dataset: 'edge_serving_requests' },
  from: at(0),
  to: at(3),
  minutes: 15,
  stepSeconds: STEP_SECONDS,
  sampling: { points: 50, requests: 500 },
  versions: [version('1.0.0', 'current', [100, 200, 150]), version('1.1.0', 'canary', [10, 20, 20])],
  locations: [{ location: 'FRA', version: '1.0.0', ...counts(450), latency }],
  generations: [
    {
      ...{ generation: 7, version: '1.0.0', requests: 499, isolates: 9, locations: 1 },
      ...{ firstAt: at(0), lastAt: at(3), steps: [{ at: at(0), requests: 499 }] },
    },
    {
      ...{ generation: 6, version: '1.0.0', requests: 1, isolates: 1, locations: 1 },
      ...{ firstAt: at(0), lastAt: at(0), steps: [{ at: at(0), requests: 1 }] },
    },
  ],
  shadows: [
    {
      ...{ version: '2.0.0', compared: 90, incomparable: 1, failed: 2, dropped: 7 },
      ...{ rows: 90, mismatchedRows: 3, largestAbsolute: 0.5, largestRelative: 0.1 },
    },
  ],
  keys: [{ key: 'web', ...counts(500), examples: 500, requestBytes: 2000, answerBytes: 3000 }],
  truncated: [],
};

const cells = async (page: Page, caption: string) => {
  const table = page.getByRole('table', { name: caption });
  await table.waitFor();
  return table
    .locator('tbody tr')
    .evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)),
    );
};

const server = await startTrafficServer(join(await temporaryFolder(), 'state'));
afterAll(() => server.close());

describe.skipIf(!HAS_BROWSER)('the requests of a predict Worker', () => {
  const store = { TRAFFIC_STORE: server.url };
  const { workers, openAs, ask } = useConsole({ management: store, predict: store });

  test('appear in the console, by version', async () => {
    await publishDirectory(workers().store, `${SAMPLES}/half_plus_two/1.0.0`, 'half_plus_two', '1.0.0');
    const predict = (body: string) =>
      fetch(new URL('/v1/models/half_plus_two:predict', workers().predictUrl), { method: 'POST', body });
    for (const body of ['{"instances":[1.0]}', '{"instances":[2.0]}', '{"instances":["a"]}'])
      await predict(body);
    // They are recorded after their answers.
    const recorded = async () =>
      (await ask('GET', '/api/v1/models/half_plus_two/traffic')).body.sampling.points;
    await expect.poll(recorded, { timeout: 60_000 }).toBe(3);
    const { page, faults } = await openAs('viewer', '#/models/half_plus_two/traffic');
    expect((await cells(page, 'By version')).map((row) => row.slice(0, 4))).toEqual([
      ['1.0.0', '3', '1', '0'],
    ]);
    await page.getByText('3 requests, from the local store of dev').waitFor();
    expect(faults).toEqual([]);
  });
});

describe.skipIf(!HAS_BROWSER)('the traffic of a model', () => {
  const { workers, open } = useConsole({ management: { DEV_TOKEN: TOKENS.ops } });

  /** Opens the page with an answer in place of the record of requests, whose own tests are in test/traffic. */
  const openWith = async (status: number, json: object) => {
    await publishDirectory(workers().store, `${SAMPLES}/half_plus_two/1.0.0`, 'half_plus_two', '1.0.0');
    const opened = await open();
    await opened.page.route('**/traffic?*', (route) => route.fulfill({ status, json }));
    await opened.page.goto(new URL('/#/models/half_plus_two/traffic', workers().url).href);
    return opened;
  };

  test('is drawn by version, with the canary beside the current one, and the generations still seen', async () => {
    const { page, faults } = await openWith(200, REPORT);
    await page.getByText('500 requests, estimated from 50 sampled ones').waitFor();
    await expect.poll(() => page.locator('figure.chart canvas').count()).toBe(4);
    expect(await page.locator('figure.chart').first().locator('.legend li').allTextContents()).toEqual([
      ' 1.0.0',
      ' 1.1.0 (canary)',
    ]);
    expect(await cells(page, 'By version')).toEqual([
      ['1.0.0', '450', '0', '1', '2.0 ms', '4.0 ms', '8.0 ms', '–', '4.0 ms'],
      ['1.1.0 (canary)', '50', '0', '1', '2.0 ms', '4.0 ms', '8.0 ms', '–', '4.0 ms'],
    ]);
    expect((await cells(page, 'Generations seen')).map((row) => row.slice(0, 4))).toEqual([
      ['7', '1.0.0', '499', '9'],
      ['6', '1.0.0', '1', '1'],
    ]);
    expect(await cells(page, 'Shadow')).toEqual([['2.0.0', '90', '3', '7', '90', '3', '0.5']]);
    expect(await cells(page, 'By API key')).toEqual([['web', '500', '0', '0', '2.0 kB', '3.0 kB']]);
    expect(faults).toEqual([]);
  });

  test('says how to switch it on', async () => {
    const { page } = await openWith(501, { error: 'No dataset of requests is configured: bind one' });
    await page.getByRole('status').getByText('No dataset of requests is configured: bind one').waitFor();
  });
});
