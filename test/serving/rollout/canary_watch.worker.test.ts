import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CanaryAbort,
  type CanaryClient,
  CanaryWatch,
} from '../../../worker/serving/rollout/canary_watch.ts';
import { CanaryWindow } from '../../../worker/serving/rollout/canary_window.ts';

const LIMITS = { maxFailures: 0.1, minRequests: 10, minClients: 1 };
const canary = (generation: number) => ({ version: '2', percent: 10, generation });
const from = (network: string, key?: number): CanaryClient => ({ network, key });

function createWatch(limits: Partial<typeof LIMITS> = {}) {
  const aborts: CanaryAbort[] = [];
  const watch = new CanaryWatch({ ...LIMITS, ...limits }, (_model, abort) => aborts.push(abort));
  const answer = (times: number, client = from('a'), generation = 1) => {
    for (let time = 0; time < times; time++) watch.answered('m', canary(generation), client);
  };
  const fail = (times: number, client = from('a'), generation = 1, broke = false) => {
    for (let time = 0; time < times; time++) {
      watch.failed('m', canary(generation), client, 'it threw', broke);
    }
  };
  const isAborted = (generation = 1) => watch.isAborted('m', canary(generation));
  return { watch, aborts, answer, fail, isAborted };
}

describe('CanaryWatch', () => {
  test('gives a canary up once if it fails more often than it may', () => {
    const { aborts, answer, fail, isAborted } = createWatch();
    answer(18);
    fail(2);
    expect(isAborted()).toBe(false);
    fail(3);
    expect(isAborted()).toBe(true);
    expect(aborts).toEqual([
      {
        version: '2',
        generation: 1,
        requests: 21,
        failures: 3,
        clients: 1,
        clientMark: expect.any(Number),
        reason: 'it threw',
      },
    ]);
  });

  test('decides nothing on few requests', () => {
    const { fail, isAborted } = createWatch();
    fail(9);
    expect(isAborted()).toBe(false);
    fail(1);
    expect(isAborted()).toBe(true);
  });

  test('decides at once when the runtime was broken', () => {
    const { fail, isAborted } = createWatch({ minClients: 3 });
    fail(1, from('a'), 1, true);
    expect(isAborted()).toBe(true);
  });

  test('starts anew with the next change of the canary, without earlier results', () => {
    const { aborts, fail, isAborted } = createWatch();
    fail(10);
    expect(isAborted(2)).toBe(false);
    fail(9, from('a'), 2);
    // Slow requests that began with the earlier share.
    fail(5, from('a'), 1);
    expect(isAborted(2)).toBe(false);
    expect(aborts.length).toBe(1);
  });

  test('counts recent requests, however many succeeded before', () => {
    const { answer, fail, isAborted } = createWatch();
    answer(100_000);
    fail(25);
    expect(isAborted()).toBe(true);
  });

  test('counts each model separately', () => {
    const { watch, fail } = createWatch();
    fail(10);
    expect(watch.isAborted('other', canary(1))).toBe(false);
  });
});

describe('a canary whose end needs the failures of three clients', () => {
  test.each<[string, (index: number) => CanaryClient]>([
    ['one network', () => from('a')],
    ['one network with a new key each time', (index) => from('a', index)],
    ['two networks', (index) => from(index % 2 === 0 ? 'a' : 'b')],
    ['two networks with a new key each time', (index) => from(index % 2 === 0 ? 'a' : 'b', index)],
    ['one key from a new network each time', (index) => from(`n${index}`, 7)],
  ])('is not given up for %s', (_, client) => {
    const { fail, isAborted } = createWatch({ minClients: 3 });
    for (let index = 0; index < 1000; index++) fail(1, client(index));
    expect(isAborted()).toBe(false);
  });

  test('is given up as soon as ten requests of four clients have failed', () => {
    const { aborts, fail } = createWatch({ minClients: 3 });
    for (let index = 0; index < 12; index++) fail(1, from(`n${index % 4}`));
    expect(aborts).toMatchObject([{ requests: 10, failures: 10, clients: 4 }]);
  });

  test('is not ended by the many failures of one client, if the others saw a failure now and then', () => {
    const { answer, fail, isAborted } = createWatch({ minClients: 3 });
    for (let client = 0; client < 5; client++) {
      answer(9, from(`n${client}`));
      fail(client < 4 ? 1 : 0, from(`n${client}`));
    }
    // 1 in 12 requests of the other clients failed.
    fail(1000, from('attacker'));
    expect(isAborted()).toBe(false);
  });

  test('is not kept by the many successful requests of one client', () => {
    const { answer, fail, isAborted } = createWatch({ minClients: 3 });
    answer(100_000, from('busy'));
    for (let index = 0; index < 20; index++) {
      answer(100, from('busy'));
      fail(1, from(`n${index}`));
    }
    expect(isAborted()).toBe(true);
  });

  test('is given up though one client sends the keys of others', () => {
    const { fail, isAborted } = createWatch({ minClients: 3 });
    for (let key = 0; key < 10; key++) fail(1, from('attacker', key));
    expect(isAborted()).toBe(false);
    for (let key = 0; key < 10; key++) fail(1, from(`n${key}`, key));
    expect(isAborted()).toBe(true);
  });

  test('is never given up for the failures of fewer clients, whatever they and others send', () => {
    const outcome = fc.record({
      network: fc.nat(8),
      key: fc.option(fc.nat(5), { nil: undefined }),
      failed: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 400 }), (outcomes) => {
        const { aborts, answer, fail } = createWatch({ minClients: 3 });
        for (const { network, key, failed } of outcomes) {
          // Two of nine networks see failures.
          if (failed && network < 2) fail(1, from(`n${network}`, key));
          else answer(1, from(`n${network}`, key));
        }
        expect(aborts).toEqual([]);
      }),
    );
  });
});

test('a window drops its oldest entry, or the oldest of a network that has used its whole share', () => {
  const window = new CanaryWindow(4, 2);
  window.add(from('a'), true);
  window.add(from('b'), true);
  window.add(from('a'), false);
  expect([window.requests, window.failuresByClient()]).toEqual([3, [1, 1]]);
  window.add(from('a'), false);
  expect([window.requests, window.failuresByClient()]).toEqual([3, [1]]);
  window.add(from('c'), true);
  window.add(from('d'), true);
  // The entries of b were the oldest.
  expect([window.requests, window.failuresByClient()]).toEqual([4, [1, 1]]);
});
