import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { updatePointer } from '../../../worker/registry/pointer/pointer_store.ts';
import type { PointerTransition } from '../../../worker/registry/pointer/pointer_transitions.ts';
import { canaryTransition, shadowTransition } from '../../../worker/registry/pointer/rollout_transitions.ts';
import { wait } from '../../../worker/registry/storage/waiting.ts';
import { routingFraction } from '../../../worker/serving/rollout/routing_fraction.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { ask, readMetrics } from '../../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { changeRecord, publishDirectory, SAMPLES } from '../../fixtures/models/publish_directory.ts';

const folder = await temporaryFolder();

/** y = factor * x + summand. The sample model has 0.5 and 2. */
async function writeModel(name: string, factor: number, summand: number): Promise<string> {
  const directory = join(folder, name);
  await cp(`${SAMPLES}/half_plus_two/1.0.0`, directory, { recursive: true });
  const weights = Float32Array.of(factor, summand);
  await writeFile(join(directory, 'group1-shard1of1.bin'), new Uint8Array(weights.buffer));
  return directory;
}

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 2, canaryEvents: true, variables: { CANARY_MIN_REQUESTS: '6' } });
});
afterAll(() => edge.stop());

const metric = async (isolate: URL | undefined, name: string) =>
  (await readMetrics(isolate)).get(`edge_serving_${name}`);

async function change(model: string, transition: PointerTransition): Promise<void> {
  const update = await updatePointer(edge.store, model, transition, { wait });
  if (update.kind !== 'changed') throw new Error(`the change was ${JSON.stringify(update)}`);
}

async function publishBoth(model: string, candidate: string): Promise<void> {
  await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, model, '1.0.0');
  await publishDirectory(edge.store, candidate, model, '1.1.0', { flip: false });
}

/** Sends a request, by default as a new client. */
const predict = (isolate: URL | undefined, model: string, address = `192.0.2.${++clients}`) =>
  ask(
    isolate,
    `/v1/models/${model}:predict`,
    { instances: [2, 4] },
    { headers: { 'cf-connecting-ip': address } },
  );
let clients = 0;

describe('a canary that answers with NaN', () => {
  const model = 'nan';
  const aborts = `canary_aborts_total{model="${model}",version="1.1.0"}`;

  test('fails no request, and is given up by each isolate that saw it fail', async () => {
    await publishBoth(model, await writeModel('broken', 0.5, Number.NaN));
    await change(model, canaryTransition({ version: '1.1.0', percent: 100 }, changeRecord()));
    const [first, second] = edge.isolates;
    for (let request = 0; request < 6; request++) {
      expect(await predict(first, model)).toMatchObject({
        status: 200,
        version: '1.0.0',
        body: { predictions: [3, 4] },
        fallback: expect.stringMatching(/^1\.1\.0; its output \w+ has numbers that are not finite/),
      });
    }
    expect(await metric(first, aborts)).toBe(1);
    expect(await predict(first, model)).toMatchObject({ status: 200, version: '1.0.0', fallback: null });
    expect(await predict(second, model)).toMatchObject({ status: 200, version: '1.0.0' });
    expect(await metric(second, aborts)).toBeUndefined();
    expect(edge.log.filter((line) => line.includes('"canary aborted"'))).toEqual([
      expect.stringContaining('"version":"1.1.0","generation":2,"requests":6,"failures":6,"clients":6'),
    ]);
  });
});

describe('a canary that fails where the address tells nothing about the client', () => {
  const model = 'keyed';
  const askAs = (key: string) =>
    ask(
      edge.isolates[0],
      `/v1/models/${model}:predict`,
      { instances: [2] },
      { headers: { 'x-routing-key': key } },
    );

  test('is not given up for one routing key, and is given up for several', async () => {
    await publishBoth(model, await writeModel('broken_too', 0.5, Number.NaN));
    await change(model, canaryTransition({ version: '1.1.0', percent: 100 }, changeRecord()));
    const aborts = () => metric(edge.isolates[0], `canary_aborts_total{model="${model}",version="1.1.0"}`);
    for (let request = 0; request < 25; request++) expect(await askAs('one')).toMatchObject({ status: 200 });
    expect(await aborts()).toBeUndefined();
    for (const key of ['two', 'three', 'four', 'five']) {
      expect(await askAs(key)).toMatchObject({ status: 200, version: '1.0.0', body: { predictions: [3] } });
    }
    expect(await aborts()).toBe(1);
  });
});

describe('a canary that overflows where the current version does not', () => {
  const model = 'overflowing';
  const path = `/v1/models/${model}:predict`;
  const SHARE = 0.5;
  /** Keys of the canary's share. */
  const keys = Array.from({ length: 400 }, (_, index) => `k${index}`).filter(
    (key) => routingFraction(model, key) < SHARE,
  );
  const askAs = (isolate: URL | undefined, address: string, key: string, value: number) =>
    ask(
      isolate,
      path,
      { instances: [value] },
      { headers: { 'cf-connecting-ip': address, 'x-routing-key': key } },
    );
  const answersOfShare = (address: string) =>
    Promise.all(edge.isolates.map((isolate) => askAs(isolate, address, keys[0] ?? '', 1)));
  const BY_CANARY = { status: 200, version: '1.1.0', body: { predictions: [4] }, fallback: null };
  const BY_CURRENT = { status: 200, version: '1.0.0', body: { predictions: [2.5] }, fallback: null };

  beforeAll(async () => {
    await publishBoth(model, await writeModel('double', 2, 2));
    await change(model, canaryTransition({ version: '1.1.0', percent: SHARE * 100 }, changeRecord()));
  });

  test.each<[string, (index: number) => [address: string, key: string]]>([
    ['with one key', () => ['198.51.100.1', keys[0] ?? '']],
    ['with a new key each time', (index) => ['198.51.100.1', keys[index] ?? '']],
    ['with a new key and address of its IPv6 network', (index) => [`2001:db8::${index}`, keys[index] ?? '']],
  ])('is not ended, in any isolate, by one client %s', async (_, client) => {
    for (const isolate of edge.isolates) {
      for (let request = 0; request < 50; request++) {
        // 3e38 / 2 + 2, as a float32, is answered by the current version.
        expect(await askAs(isolate, ...client(request), 3e38)).toMatchObject({
          status: 200,
          version: '1.0.0',
          body: { predictions: [1.5e38] },
          fallback: expect.stringMatching(/^1\.1\.0; its output \w+ has numbers that are not finite/),
        });
      }
      expect(await metric(isolate, `canary_aborts_total{model="${model}",version="1.1.0"}`)).toBeUndefined();
    }
    expect(await answersOfShare('203.0.113.1')).toMatchObject(edge.isolates.map(() => BY_CANARY));
  });

  test('is ended by several, in the isolate that saw them', async () => {
    const [first, second] = edge.isolates;
    for (let client = 0; client < 6; client++) {
      await askAs(first, `203.0.113.${client}`, keys[client] ?? '', 3e38);
    }
    expect(await askAs(first, '203.0.113.1', keys[0] ?? '', 1)).toMatchObject(BY_CURRENT);
    expect(await askAs(second, '203.0.113.1', keys[0] ?? '', 1)).toMatchObject(BY_CANARY);
  });
});

describe('a shadow', () => {
  const model = 'shadowed';

  test('is compared with the answer, and leaks nothing', async () => {
    await publishBoth(model, `${SAMPLES}/half_plus_two/1.1.0`);
    await change(model, shadowTransition({ version: '1.1.0', percent: 100 }, changeRecord()));
    const [isolate] = edge.isolates;
    const labels = `model="${model}",version="1.1.0"`;
    const compared = async () =>
      (await metric(isolate, `shadow_requests_total{${labels},outcome="compared"}`)) ?? 0;
    const answerUntil = async (count: number) => {
      while ((await compared()) < count) {
        expect(await predict(isolate, model)).toMatchObject({
          version: '1.0.0',
          body: { predictions: [3, 4] },
        });
      }
    };
    await answerUntil(1);
    const tensors = await metric(isolate, 'tensors');
    await answerUntil(20);
    expect(await metric(isolate, 'tensors')).toBe(tensors);
    expect(await metric(isolate, `shadow_largest_absolute_difference{${labels}}`)).toBe(1);
    expect(await metric(isolate, `shadow_largest_relative_difference{${labels}}`)).toBe(0.25);
    expect(edge.log.filter((line) => line.includes('"event":"shadow"')).length).toBeLessThan(20);
  });
});
