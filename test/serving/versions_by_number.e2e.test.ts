import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { updatePointer } from '../../worker/registry/pointer/pointer_store.ts';
import {
  labelTransition,
  type PointerTransition,
  publishTransition,
  unlabelTransition,
} from '../../worker/registry/pointer/pointer_transitions.ts';
import {
  canaryTransition,
  shadowTransition,
  stageTransition,
} from '../../worker/registry/pointer/rollout_transitions.ts';
import { wait } from '../../worker/registry/storage/waiting.ts';
import { ask, loadsOf } from '../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../fixtures/edge/edge.ts';
import { changeRecord, publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';
import { faultsOf } from '../fixtures/requests/conformance.ts';

const MODEL = 'half';
const INFERENCE = { inputs: [{ name: 'x', shape: [1], datatype: 'FP32', data: [1] }] };
const EXAMPLES = { examples: [{ x: 1.5 }] };

/** All requests that can name a version by its number. */
const QUESTIONS: readonly (readonly [path: (version: string) => string, body?: object])[] = [
  [(version) => `/v1/models/${MODEL}/versions/${version}:predict`, { instances: [1] }],
  [(version) => `/v1/models/${MODEL}/versions/${version}:regress`, EXAMPLES],
  [(version) => `/v1/models/${MODEL}/versions/${version}:classify`, EXAMPLES],
  [(version) => `/v1/models/${MODEL}/versions/${version}`],
  [(version) => `/v1/models/${MODEL}/versions/${version}/metadata`],
  [(version) => `/v2/models/${MODEL}/versions/${version}/infer`, INFERENCE],
  [(version) => `/v2/models/${MODEL}/versions/${version}`],
  [(version) => `/v2/models/${MODEL}/versions/${version}/ready`],
];

/** 1.0.0 is current, and 0.9.0 was. Comments describe the others. */
async function startModel(variables: Record<string, string>): Promise<Edge> {
  const edge = await startEdge({ isolates: 1, variables });
  const publish = (version: string) =>
    publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, MODEL, version, { flip: false });
  const change = (transition: PointerTransition) => updatePointer(edge.store, MODEL, transition, { wait });
  const record = changeRecord();
  for (const version of ['0.8.0', '0.9.0', '1.0.0', '2.0.0', '2.1.0', '2.2.0', '2.3.0', '2.4.0', '3.0.0']) {
    await publish(version);
  }
  for (const version of ['0.8.0', '0.9.0', '1.0.0']) await change(publishTransition(version, record));
  await change(stageTransition('2.0.0', record));
  await change(canaryTransition({ version: '2.1.0', percent: 1 }, record));
  await change(shadowTransition({ version: '2.2.0', percent: 1 }, record));
  await change(labelTransition('beta', '2.3.0', record));
  // It had a label once and was never current.
  await change(labelTransition('gone', '2.4.0', record));
  await change(unlabelTransition('gone', record));
  return edge;
}

const predict = (edge: Edge, version: string) =>
  ask(edge.isolates[0], `/v1/models/${MODEL}/versions/${version}:predict`, { instances: [1] });

async function expectRefusals(edge: Edge, version: string, reason: string): Promise<void> {
  for (const [pathOf, body] of QUESTIONS) {
    const path = pathOf(version);
    const { status, body: json } = await ask(edge.isolates[0], path, body);
    expect([path, status, json]).toEqual([path, 403, { error: expect.stringContaining(reason) }]);
    expect(JSON.stringify(json)).toContain(version);
    const method = body === undefined ? 'GET' : 'POST';
    expect(faultsOf({ method, path, status, contentType: 'application/json', json })).toEqual([]);
  }
}

const ONE = { status: 200, body: { predictions: [2.5] } };

describe('by default', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await startModel({});
  });
  afterAll(() => edge.stop());

  test.each([
    ['current', '1.0.0'],
    ['previous', '0.9.0'],
    ['current before that', '0.8.0'],
    ['staged', '2.0.0'],
    ['the canary', '2.1.0'],
    ['the shadow', '2.2.0'],
    ['under a label', '2.3.0'],
  ])('a version that is %s is answered by its number', async (_, version) => {
    expect(await predict(edge, version)).toMatchObject({ ...ONE, version });
  });

  test.each([
    ['was only published', '3.0.0'],
    ['is not under its label any more', '2.4.0'],
  ])(
    'a version that %s is refused in both protocols, with the reason, and not loaded',
    async (_, version) => {
      const loads = await loadsOf(edge.isolates[0]);
      await expectRefusals(edge, version, 'it was never made current');
      expect(await loadsOf(edge.isolates[0])).toBe(loads);
    },
  );

  test("it is answered as soon as it is the current version, a canary or a label's version", async () => {
    expect(await predict(edge, '3.0.0')).toMatchObject({ status: 403 });
    const label = labelTransition('new', '3.0.0', changeRecord());
    await updatePointer(edge.store, MODEL, label, { wait });
    expect(await predict(edge, '3.0.0')).toMatchObject({ ...ONE, version: '3.0.0' });
    await updatePointer(edge.store, MODEL, unlabelTransition('new', changeRecord()), { wait });
    expect(await predict(edge, '3.0.0')).toMatchObject({ status: 403 });
  });

  test('a version that does not exist is 404, as in TensorFlow Serving, and no unreleased one is listed', async () => {
    const words = /^Servable not found for request: Specific\(half, 7\); the versions are (?!.*3\.0\.0)/;
    expect(await predict(edge, '7')).toMatchObject({
      status: 404,
      body: { error: expect.stringMatching(words) },
    });
  });

  test('a model without a current version has no version that can be requested', async () => {
    const directory = `${SAMPLES}/half_plus_two/1.0.0`;
    await publishDirectory(edge.store, directory, 'unflipped', '1.0.0', { flip: false });
    const path = '/v1/models/unflipped/versions/1.0.0:predict';
    expect(await ask(edge.isolates[0], path, { instances: [1] })).toMatchObject({ status: 403 });
  });

  test('the listed versions are those that can be requested', async () => {
    const { body } = await ask(edge.isolates[0], `/v2/models/${MODEL}`);
    expect(body).toMatchObject({
      versions: ['0.8.0', '0.9.0', '1.0.0', '2.0.0', '2.1.0', '2.2.0', '2.3.0'],
    });
  });
});

describe('with VERSIONS_BY_NUMBER "none"', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await startModel({ VERSIONS_BY_NUMBER: 'none', POINTER_LEASE_MS: '60000' });
  });
  afterAll(() => edge.stop());

  test('no version is answered by its number, and the current one and labels are', async () => {
    for (const version of ['1.0.0', '3.0.0', '7.0.0']) {
      await expectRefusals(edge, version, 'this server does not serve versions by number');
    }
    const [isolate] = edge.isolates;
    expect(await ask(isolate, `/v1/models/${MODEL}/labels/beta:predict`, { instances: [1] })).toMatchObject({
      ...ONE,
      version: '2.3.0',
    });
    expect(await ask(isolate, `/v2/models/${MODEL}`)).toMatchObject({ status: 200, body: { versions: [] } });
  });
});

describe('with VERSIONS_BY_NUMBER "any"', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await startModel({ VERSIONS_BY_NUMBER: 'any' });
  });
  afterAll(() => edge.stop());

  test('whatever is published is answered by its number', async () => {
    expect(await predict(edge, '3.0.0')).toMatchObject({ ...ONE, version: '3.0.0' });
  });
});
