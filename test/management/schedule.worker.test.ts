import { describe, expect, test } from 'vitest';
import { parseAbortLimits } from '../../worker/management/canary_aborts/abort_limits.ts';
import { parseAnalyticsAccess } from '../../worker/management/canary_aborts/query_canary_aborts.ts';
import { runSchedule } from '../../worker/management/canary_aborts/schedule.ts';
import { readPointer, updatePointer } from '../../worker/registry/pointer/pointer_store.ts';
import { canaryTransition } from '../../worker/registry/pointer/rollout_transitions.ts';
import { OperationBudget } from '../../worker/registry/storage/operation_budget.ts';
import { pointerKey } from '../../worker/registry/storage/storage_keys.ts';
import { wait } from '../../worker/registry/storage/waiting.ts';
import { bucket, changeRecord, publish, uniqueModel } from '../fixtures/worker/published_models.ts';

const ANALYTICS = { accountId: 'a'.repeat(32), apiToken: 'secret', dataset: 'edge_serving_canaries' };

interface Row {
  readonly model: string;
  readonly version: string;
  readonly generation: number | string;
  readonly reason: string;
  readonly isolates?: number | string;
  readonly clients?: number;
  readonly marks?: number | string;
}

/** Runs the schedule with an answer of Analytics Engine, and returns the requests and log entries. */
async function run(answer: () => Response) {
  const asked: { url: string; body: string; authorization: string | null }[] = [];
  const logged: Record<string, unknown>[] = [];
  await runSchedule({
    store: bucket,
    replica: undefined,
    budget: new OperationBudget(50),
    analytics: ANALYTICS,
    abortLimits: parseAbortLimits({}),
    ask: async (input, init) => {
      const request = new Request(input, init);
      asked.push({
        url: request.url,
        body: await request.text(),
        authorization: request.headers.get('authorization'),
      });
      return answer();
    },
    log: (entry) => logged.push(entry),
    wait,
  });
  return { asked, logged };
}

const rows =
  (...data: Row[]) =>
  () =>
    Response.json({ data: data.map((row) => ({ isolates: '3', clients: 3, marks: '1', ...row })) });

async function publishCanary(): Promise<{ model: string; generation: number }> {
  const model = uniqueModel();
  await publish(model, '1.0.0');
  await publish(model, '1.1.0', { flip: false });
  const transition = canaryTransition({ version: '1.1.0', percent: 10 }, changeRecord());
  const update = await updatePointer(bucket, model, transition, { wait });
  if (update.kind !== 'changed') throw new Error(update.kind);
  return { model, generation: update.pointer.generation };
}

test('ends a canary that isolates have given up on, and says why in the history', async () => {
  const { model, generation } = await publishCanary();
  const abort = { model, version: '1.1.0', generation: String(generation), reason: 'it gave NaN' };
  const { asked, logged } = await run(rows(abort, abort));
  expect(asked).toMatchObject([
    { authorization: 'Bearer secret', body: expect.stringContaining('edge_serving_canaries') },
  ]);
  const read = await readPointer(bucket, model);
  expect(read).toMatchObject({
    pointer: {
      generation: generation + 1,
      current: '1.0.0',
      history: [
        {
          action: 'canary',
          percent: 0,
          by: 'automatic abort',
          reason: '3 isolates aborted it: it gave NaN',
        },
        {},
        {},
      ],
    },
  });
  expect(read.kind === 'found' && read.pointer.canary).toBeUndefined();
  expect(logged).toMatchObject([{ event: 'canary aborted', model, outcome: 'changed' }]);
  expect(JSON.stringify(logged)).not.toContain('secret');
});

describe('a canary that too few have given up on', () => {
  test.each([
    ['two isolates', { isolates: 2, clients: 9, marks: 2 }],
    ['nobody knows how many isolates', { isolates: 0, clients: 9, marks: 9 }],
    ['many isolates for one client', { isolates: 9, clients: 1, marks: 1 }],
    ['many isolates for two clients', { isolates: 9, clients: 2, marks: 2 }],
  ])('goes on: %s', async (_, counts) => {
    const abort = { version: '1.1.0', generation: 2, reason: 'it threw', ...counts };
    const published = await publishCanary();
    const { logged } = await run(rows({ ...abort, ...published }));
    expect(await readPointer(bucket, published.model)).toMatchObject({
      pointer: { canary: { percent: 10 } },
    });
    expect(logged).toEqual([]);
  });

  test.each([
    ['an isolate counted', { isolates: 3, clients: 3, marks: 1 }],
    ['the marks tell apart', { isolates: '3', clients: 1, marks: '3' }],
  ])('ends where there are as many clients as %s', async (_, counts) => {
    const published = await publishCanary();
    await run(rows({ version: '1.1.0', reason: 'it threw', ...published, ...counts }));
    const read = await readPointer(bucket, published.model);
    expect(read.kind === 'found' && read.pointer.canary).toBeUndefined();
  });

  test("takes its limits from the operator's variables", () => {
    expect(parseAbortLimits({})).toEqual({ minIsolates: 3, minClients: 3 });
    const variables = { CANARY_MIN_ISOLATES: '2', CANARY_MIN_CLIENTS: '1' };
    expect(parseAbortLimits(variables)).toEqual({ minIsolates: 2, minClients: 1 });
    expect(() => parseAbortLimits({ CANARY_MIN_ISOLATES: '1.5' })).toThrow('CANARY_MIN_ISOLATES must be');
  });
});

test('does not end a canary that was set again in the meantime', async () => {
  const { model, generation } = await publishCanary();
  const again = canaryTransition({ version: '1.1.0', percent: 20 }, changeRecord());
  await updatePointer(bucket, model, again, { wait });
  await run(rows({ model, version: '1.1.0', generation, reason: 'it threw' }));
  expect(await readPointer(bucket, model)).toMatchObject({ pointer: { canary: { percent: 20 } } });
});

test.each([
  ['refuses', () => new Response('no', { status: 403 }), '403'],
  ['answers something else', () => Response.json({ rows: [] }), 'data'],
  [
    'names a model that cannot be',
    rows({ model: '../x', version: '1.1.0', generation: 1, reason: '' }),
    'name',
  ],
])('changes nothing where Analytics Engine %s, and logs it', async (_, answer, reason) => {
  const { logged } = await run(answer);
  expect(logged).toMatchObject([{ event: 'schedule failed', error: expect.stringContaining(reason) }]);
});

test('asks for the dataset that wrangler.toml proposes, unless another is named', () => {
  const access = { ANALYTICS_ACCOUNT_ID: 'a'.repeat(32), ANALYTICS_API_TOKEN: 'x' };
  expect(parseAnalyticsAccess(access)?.dataset).toBe('edge_serving_canaries');
  expect(parseAnalyticsAccess({ ...access, CANARY_DATASET: 'others' })?.dataset).toBe('others');
});

test('a canary that cannot be ended does not prevent the end of another', async () => {
  const broken = uniqueModel();
  const text = new TextEncoder().encode('{}');
  await bucket.put(pointerKey(broken), text, { condition: { kind: 'always' } });
  const { model, generation } = await publishCanary();
  const abort = { version: '1.1.0', generation, reason: 'it threw' };
  const { logged } = await run(rows({ ...abort, model: broken }, { ...abort, model }));
  const read = await readPointer(bucket, model);
  expect(read.kind === 'found' && read.pointer.canary).toBeUndefined();
  expect(logged).toMatchObject([
    { event: 'canary not aborted', model: broken, error: expect.stringContaining('malformed') },
    { event: 'canary aborted', model },
  ]);
});

test('sends no query if it is not configured', () => {
  expect(parseAnalyticsAccess({})).toBeUndefined();
  expect(() => parseAnalyticsAccess({ ANALYTICS_API_TOKEN: 'x' })).toThrow(/must be set together/);
  expect(() =>
    parseAnalyticsAccess({
      ANALYTICS_ACCOUNT_ID: 'a'.repeat(32),
      ANALYTICS_API_TOKEN: 'x',
      CANARY_DATASET: 'x; DROP',
    }),
  ).toThrow(/CANARY_DATASET/);
});
