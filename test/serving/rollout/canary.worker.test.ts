import { describe, expect, test } from 'vitest';
import {
  promoteTransition,
  rollbackTransition,
} from '../../../worker/registry/pointer/pointer_transitions.ts';
import { canaryTransition } from '../../../worker/registry/pointer/rollout_transitions.ts';
import { ExecutionError } from '../../../worker/runtime/loaded_model.ts';
import type { RequestScope, ServingTarget } from '../../../worker/serving/api.ts';
import { serve } from '../../../worker/serving/request/serve.ts';
import { requestScope } from '../../fixtures/worker/fake_servables.ts';
import { changeRecord, uniqueModel } from '../../fixtures/worker/published_models.ts';
import {
  change,
  computeWith,
  createRolloutServer,
  failing,
  plus,
  publishVersions,
  SIGNATURE,
} from '../../fixtures/worker/rollout_server.ts';

const canary = (percent: number) => canaryTransition({ version: '2', percent }, changeRecord());
const current = (model: string): ServingTarget => ({ model, selector: { kind: 'current' } });
const fromNetwork = (network: string): RequestScope => ({ ...requestScope(), network: () => network });
const withKey = (key: string): RequestScope => ({ ...requestScope(), routingKey: () => key });

/** A model with a canary at 100 %, which gets all requests. */
async function withCanary(model: string, percent = 100): Promise<void> {
  await publishVersions(model, ['1', '2']);
  await change(model, canary(percent));
}

describe('a canary', () => {
  test('gets requests that name no version, and the answer names its version', async () => {
    const model = uniqueModel();
    await withCanary(model, 50);
    const { server, draws } = createRolloutServer({ 1: plus(1), 2: plus(2) });
    for (const [draw, version, answer] of [
      [0.49, '2', '12'],
      [0.5, '1', '11'],
    ] as const) {
      draws.next = draw;
      // The second request is speculative.
      for (let time = 0; time < 2; time++) {
        expect(await serve(server, current(model), computeWith(10), requestScope())).toEqual({
          kind: 'served',
          answer,
          by: { version, generation: 2, ...(version === '2' && { isCanary: true }) },
        });
      }
    }
    const named = { model, selector: { kind: 'version', version: '1' } } as const;
    draws.next = 0;
    expect(await serve(server, named, computeWith(10), requestScope())).toMatchObject({
      by: { version: '1' },
    });
  });

  test('keeps the keys that it has while its share grows, and gets its share of them', async () => {
    const model = uniqueModel();
    await withCanary(model, 10);
    const { server } = createRolloutServer({ 1: plus(1), 2: plus(2) });
    const keys = Array.from({ length: 400 }, (_, index) => `key ${index}`);
    const canaries = async () => {
      const chosen = new Set<string>();
      for (const key of keys) {
        const outcome = await serve(server, current(model), computeWith(1), withKey(key));
        if (outcome.kind === 'served' && outcome.by.version === '2') chosen.add(key);
      }
      return chosen;
    };
    const atTen = await canaries();
    await change(model, canary(40));
    const atForty = await canaries();
    expect([...atTen].filter((key) => !atForty.has(key))).toEqual([]);
    // Five standard deviations.
    expect(Math.abs(atTen.size - 40)).toBeLessThan(30);
    expect(Math.abs(atForty.size - 160)).toBeLessThan(49);
  });

  test('draws once per request, also when the pointer moves meanwhile', async () => {
    const model = uniqueModel();
    await withCanary(model, 100);
    const { server, draws } = createRolloutServer({ 1: plus(1), 2: plus(2) });
    await serve(server, current(model), computeWith(1), requestScope());
    await change(model, canary(50));
    let drawn = 0;
    Object.defineProperty(draws, 'next', { get: () => (drawn++ === 0 ? 0.6 : 0) });
    const outcome = await serve(server, current(model), computeWith(1), requestScope());
    expect(outcome).toMatchObject({ by: { version: '1', generation: 3 } });
    expect(drawn).toBe(1);
  });

  test.each(['previous', 'error'] as const)(
    'that cannot be loaded is replaced by the current version, with ON_LOAD_FAILURE=%s',
    async (onLoadFailure) => {
      const model = uniqueModel();
      await withCanary(model);
      const { server, happened, loads } = createRolloutServer(
        { 1: plus(1) },
        {
          onLoadFailure,
          prepare: ({ version }) => {
            if (version === '2') throw new Error('it is broken');
          },
        },
      );
      for (let time = 0; time < 3; time++) {
        expect(await serve(server, current(model), computeWith(1), requestScope())).toMatchObject({
          answer: '2',
          by: { version: '1', fallback: { wanted: '2', reason: 'it is broken' } },
        });
      }
      expect(loads.filter((version) => version === '2').length).toBe(1);
      expect(happened).toContain('1 for 2');
    },
  );

  test('never takes the memory of serving versions, until it is promoted', async () => {
    const model = uniqueModel();
    await withCanary(model);
    const { server, happened } = createRolloutServer({ 1: plus(1), 2: plus(2) }, { room: 1 });
    await serve(
      server,
      { model, selector: { kind: 'version', version: '1' } },
      computeWith(1),
      requestScope(),
    );
    expect(await serve(server, current(model), computeWith(1), requestScope())).toMatchObject({
      answer: '2',
      by: {
        version: '1',
        fallback: { wanted: '2', reason: expect.stringMatching(/next to the serving versions/) },
      },
    });
    expect(happened).not.toContain('unloaded 1');
    await change(model, promoteTransition(undefined, changeRecord()));
    expect(await serve(server, current(model), computeWith(1), requestScope())).toEqual({
      kind: 'served',
      answer: '3',
      by: { version: '2', generation: 3 },
    });
  });

  test.each([
    ['throws', failing, /could not compute the inputs: it cannot/],
    ['answers with NaN', () => [Number.NaN], /output y has numbers that are not finite/],
    ['answers with infinity', () => [Number.POSITIVE_INFINITY], /not finite/],
    ['rejects later', () => Promise.reject(new ExecutionError('later')), /later/],
    ['is faulty itself', () => Promise.reject(new TypeError('a fault')), /a fault/],
  ] as const)('that %s fails no request, and is given up in this isolate', async (_, behavior, reason) => {
    const model = uniqueModel();
    await withCanary(model);
    const { server, happened, executed } = createRolloutServer({ 1: plus(1), 2: behavior });
    for (let request = 0; request < 5; request++) {
      expect(await serve(server, current(model), computeWith(1), requestScope())).toMatchObject({
        kind: 'served',
        answer: '2',
        by: { version: '1', fallback: { wanted: '2', reason: expect.stringMatching(reason) } },
      });
    }
    expect(happened.at(-2)).toMatch(/^canary 2 aborted/);
    executed.length = 0;
    expect(await serve(server, current(model), computeWith(1), requestScope())).toEqual({
      kind: 'served',
      answer: '2',
      by: { version: '1', generation: 2 },
    });
    expect(executed).toEqual(['1']);
    // A change of its share means that the canary should be tried again.
    await change(model, canary(99));
    executed.length = 0;
    await serve(server, current(model), computeWith(1), requestScope());
    expect(executed).toContain('2');
  });

  test('that refuses a request that the current version accepts has failed', async () => {
    const model = uniqueModel();
    await publishVersions(model, ['1', '2'], { 2: { renamed: SIGNATURE } });
    await change(model, canary(100));
    const { server, happened } = createRolloutServer({ 1: plus(1), 2: plus(2) });
    expect(await serve(server, current(model), computeWith(1), requestScope())).toMatchObject({
      answer: '2',
      by: { version: '1', fallback: { wanted: '2', reason: 'it refused the request' } },
    });
    expect(happened).toContain('canary 2 failed');
  });

  test('is not blamed for a request that the current version cannot answer either', async () => {
    const model = uniqueModel();
    await withCanary(model);
    const { server, happened } = createRolloutServer({ 1: failing, 2: () => [Number.NaN] });
    for (let request = 0; request < 20; request++) {
      const outcome = await serve(server, current(model), computeWith(1), requestScope());
      expect(outcome).toMatchObject({ answer: 'it cannot', by: { version: '1' } });
    }
    expect(happened.filter((event) => event.startsWith('canary'))).toEqual([]);
  });

  test('is given up if several clients saw it fail, and not if only one did', async () => {
    const model = uniqueModel();
    await withCanary(model);
    const { server, happened } = createRolloutServer({ 1: plus(1), 2: failing }, { minClients: 3 });
    const ask = (network: string) => serve(server, current(model), computeWith(1), fromNetwork(network));
    for (let request = 0; request < 25; request++) {
      expect(await ask('192.0.2.1')).toMatchObject({ answer: '2', by: { fallback: { wanted: '2' } } });
    }
    expect(happened).not.toContainEqual(expect.stringContaining('aborted'));
    await ask('192.0.2.2');
    await ask('192.0.2.3');
    expect(happened).toContainEqual(expect.stringContaining('canary 2 aborted'));
    expect(await ask('192.0.2.4')).toEqual({
      kind: 'served',
      answer: '2',
      by: { version: '1', generation: 2 },
    });
  });

  test('is not a fallback after it was ended', async () => {
    const model = uniqueModel();
    await publishVersions(model, ['1', '2', '3']);
    await change(model, rollbackTransition('3', changeRecord()));
    await change(model, canary(100));
    const { server } = createRolloutServer({ 1: plus(1), 2: plus(2), 3: plus(3) });
    await serve(server, current(model), computeWith(1), requestScope());
    await change(model, canary(0));
    expect(await serve(server, current(model), computeWith(1), requestScope())).toMatchObject({
      answer: '4',
      by: { version: '3' },
    });
  });
});
