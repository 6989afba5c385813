import { describe, expect, test } from 'vitest';
import { type CanaryAbort, CanaryWatch } from '../../../worker/serving/canary_watch.ts';

const LIMITS = { maxFailures: 0.1, minRequests: 10 };
const canary = (generation: number) => ({ version: '2', percent: 10, generation });

function createWatch(limits = LIMITS) {
  const aborts: CanaryAbort[] = [];
  const watch = new CanaryWatch(limits, (_model, abort) => aborts.push(abort));
  const answer = (times: number, generation = 1) => {
    for (let time = 0; time < times; time++) watch.answered('m', canary(generation));
  };
  const fail = (times: number, generation = 1, broke = false) => {
    for (let time = 0; time < times; time++) watch.failed('m', canary(generation), 'it threw', broke);
  };
  return { watch, aborts, answer, fail };
}

describe('CanaryWatch', () => {
  test('gives a canary up when it fails more often than it may, once', () => {
    const { watch, aborts, answer, fail } = createWatch();
    answer(18);
    fail(2);
    expect(watch.isAborted('m', canary(1))).toBe(false);
    fail(3);
    expect(watch.isAborted('m', canary(1))).toBe(true);
    expect(aborts).toEqual([{ version: '2', generation: 1, requests: 21, failures: 3, reason: 'it threw' }]);
  });

  test('decides nothing on few requests', () => {
    const { watch, fail } = createWatch();
    fail(9);
    expect(watch.isAborted('m', canary(1))).toBe(false);
    fail(1);
    expect(watch.isAborted('m', canary(1))).toBe(true);
  });

  test('decides at once when the runtime was broken', () => {
    const { watch, fail } = createWatch();
    fail(1, 1, true);
    expect(watch.isAborted('m', canary(1))).toBe(true);
  });

  test('starts anew with the next change of the canary, and is not moved by what came before', () => {
    const { watch, aborts, fail } = createWatch();
    fail(10);
    expect(watch.isAborted('m', canary(2))).toBe(false);
    fail(9, 2);
    // Slow requests of the share before.
    fail(5, 1);
    expect(watch.isAborted('m', canary(2))).toBe(false);
    expect(aborts.length).toBe(1);
  });

  test('weighs recent requests, however many were well before', () => {
    const { watch, answer, fail } = createWatch();
    answer(100_000);
    fail(25);
    expect(watch.isAborted('m', canary(1))).toBe(true);
  });

  test('knows models apart', () => {
    const { watch, fail } = createWatch();
    fail(10);
    expect(watch.isAborted('other', canary(1))).toBe(false);
  });
});
