import { describe, expect, test } from 'vitest';
import {
  labelTransition,
  promoteTransition,
  publishTransition,
  rollbackTransition,
} from '../../../worker/registry/pointer/pointer_transitions.ts';
import { shadowTransition, stageTransition } from '../../../worker/registry/pointer/rollout_transitions.ts';
import { serve } from '../../../worker/serving/request/serve.ts';
import { requestScope } from '../../fixtures/worker/fake_servables.ts';
import { changeRecord, uniqueModel } from '../../fixtures/worker/published_models.ts';
import {
  change,
  computeWith,
  createRolloutServer,
  plus,
  publishVersions,
} from '../../fixtures/worker/rollout_server.ts';
import { use } from '../../fixtures/worker/use_servable.ts';

const stage = (version: string) => stageTransition(version, changeRecord());
const BEHAVIORS = { 1: plus(1), 2: plus(2), 3: plus(3) };

/** Requests the current version, and waits for the work after the answer. */
async function ask(server: ReturnType<typeof createRolloutServer>['server'], model: string) {
  const scope = requestScope();
  const outcome = await serve(server, { model, selector: { kind: 'current' } }, computeWith(10), scope);
  await scope.settled();
  return outcome;
}

describe('a staged version', () => {
  test('is loaded while the current one answers, so that promoting and rolling back load nothing', async () => {
    const model = uniqueModel();
    await publishVersions(model, ['1', '2']);
    const { server, loads } = createRolloutServer(BEHAVIORS);
    await ask(server, model);
    await change(model, stage('2'));
    expect(await ask(server, model)).toMatchObject({ answer: '11', by: { version: '1', generation: 2 } });
    expect(loads).toEqual(['1', '2']);
    await change(model, promoteTransition(undefined, changeRecord()));
    expect(await ask(server, model)).toMatchObject({ answer: '12', by: { version: '2' } });
    await change(model, rollbackTransition(undefined, changeRecord()));
    expect(await ask(server, model)).toMatchObject({ answer: '11', by: { version: '1' } });
    expect(loads).toEqual(['1', '2']);
  });

  test('is LOADING, then AVAILABLE, and no request waits for it', async () => {
    const model = uniqueModel();
    await publishVersions(model, ['1', '2']);
    await change(model, stage('2'));
    const loading = Promise.withResolvers<void>();
    const { server } = createRolloutServer(BEHAVIORS, {
      prepare: ({ version }) => (version === '2' ? loading.promise : undefined),
    });
    const target = { model, selector: { kind: 'current' } } as const;
    const scope = requestScope();
    const states = async () => {
      const outcome = await server.status(target, scope);
      return outcome.kind === 'status' ? outcome.versions : outcome;
    };
    // The first answer begins the load.
    await states();
    expect(await states()).toEqual([
      { version: '2', state: 'LOADING' },
      { version: '1', state: 'AVAILABLE' },
    ]);
    expect(await serve(server, target, computeWith(10), scope)).toMatchObject({ answer: '11' });
    loading.resolve();
    await scope.settled();
    expect(await states()).toEqual([
      { version: '2', state: 'AVAILABLE' },
      { version: '1', state: 'AVAILABLE' },
    ]);
  });

  test('that cannot be loaded is reported and tried again later, and touches no answer', async () => {
    const model = uniqueModel();
    await publishVersions(model, ['1', '2']);
    await change(model, stage('2'));
    const { server, happened, loads, clock } = createRolloutServer(BEHAVIORS, {
      prepare: ({ version }) => {
        if (version === '2') throw new Error('it is broken');
      },
    });
    for (let request = 0; request < 3; request++) {
      expect(await ask(server, model)).toEqual({
        kind: 'served',
        answer: '11',
        by: { version: '1', generation: 2 },
      });
    }
    expect(happened).toEqual(['load of 2 failed: it is broken']);
    clock.now = 2_000;
    await ask(server, model);
    expect(loads).toEqual(['1', '2', '2']);
  });

  test('evicts idle versions, never serving ones', async () => {
    const [model, other] = [uniqueModel(), uniqueModel()];
    await publishVersions(model, ['1', '2']);
    await publishVersions(other, ['3', '1']);
    const { server, happened } = createRolloutServer(BEHAVIORS, { room: 2 });
    await ask(server, other);
    await ask(server, model);
    await change(model, stage('2'));
    await ask(server, model);
    expect(happened).toEqual([expect.stringMatching(/load of 2 failed: .* next to the serving versions/)]);
    // After a flip of the other model, its old version is idle.
    const { server: roomy, happened: evicted } = createRolloutServer(BEHAVIORS, { room: 3 });
    await ask(roomy, other);
    await change(other, rollbackTransition('1', changeRecord()));
    await ask(roomy, other);
    await ask(roomy, model);
    expect(evicted).toEqual(['unloaded 3']);
  });

  test('that does not fit next to the current one replaces it when it is promoted', async () => {
    const model = uniqueModel();
    await publishVersions(model, ['1', '2']);
    await change(model, stage('2'));
    const { server, happened } = createRolloutServer(BEHAVIORS, { room: 1 });
    await ask(server, model);
    await ask(server, model);
    await change(model, promoteTransition(undefined, changeRecord()));
    // At once, whatever the backoff, like a flip to a version that was never staged.
    expect(await ask(server, model)).toEqual({
      kind: 'served',
      answer: '12',
      by: { version: '2', generation: 3 },
    });
    expect(happened).toEqual([expect.stringMatching(/next to the serving versions/), 'unloaded 1']);
  });

  test('that is evicted is not loaded again at every request', async () => {
    const model = uniqueModel();
    await publishVersions(model, ['1', '2', '3']);
    await change(model, stage('2'));
    const { server, manager, loads, clock } = createRolloutServer(BEHAVIORS, { room: 2 });
    await ask(server, model);
    await ask(server, model);
    await use(manager, { model, version: '3', fromPointer: true }, () => undefined, requestScope());
    await ask(server, model);
    expect(loads.filter((version) => version === '2').length).toBe(1);
    clock.now = 60_000;
    await ask(server, model);
    expect(loads.filter((version) => version === '2').length).toBe(2);
  });

  test('begins to load when the answer is on its way', async () => {
    const model = uniqueModel();
    await publishVersions(model, ['1', '2']);
    await change(model, stage('2'));
    const answered = Promise.withResolvers<void>();
    const { server, loads } = createRolloutServer(BEHAVIORS, { afterAnswer: () => answered.promise });
    const scope = requestScope();
    await serve(server, { model, selector: { kind: 'current' } }, computeWith(1), scope);
    expect(loads).toEqual(['1']);
    answered.resolve();
    await scope.settled();
    expect(loads).toEqual(['1', '2']);
  });
});

describe('a version that a client asks for by its number or a label', () => {
  const askFor = (server: ReturnType<typeof createRolloutServer>['server'], model: string, version: string) =>
    serve(server, { model, selector: { kind: 'version', version } }, computeWith(10), requestScope());
  const refused = { kind: 'unavailable', reason: expect.stringContaining('next to the serving versions') };

  test('evicts no current version of any model, even an idle one', async () => {
    const [model, other] = [uniqueModel(), uniqueModel()];
    await publishVersions(model, ['1', '2']);
    await publishVersions(other, ['3', '2']);
    const { server, manager, happened } = createRolloutServer(BEHAVIORS, { room: 2 });
    await ask(server, other);
    await ask(server, model);
    expect(await askFor(server, model, '2')).toMatchObject({ ...refused, version: '2' });
    expect(await askFor(server, other, '2')).toMatchObject(refused);
    const label = labelTransition('old', '2', changeRecord());
    await change(model, label);
    const labeled = { model, selector: { kind: 'label', label: 'old' } } as const;
    expect(await serve(server, labeled, computeWith(10), requestScope())).toMatchObject(refused);
    const status = { model, selector: { kind: 'version', version: '2' } } as const;
    expect(await server.status(status, requestScope())).toMatchObject({
      versions: [{ version: '2', state: 'END' }],
    });
    expect(happened.filter((event) => event.startsWith('unloaded'))).toEqual([]);
    expect([manager.isReady(model, '1'), manager.isReady(other, '3')]).toEqual([true, true]);
    // After a flip to it, it is loaded at once in the place of another version, whatever the backoff.
    await change(model, publishTransition('2', changeRecord()));
    expect(await ask(server, model)).toMatchObject({ answer: '12', by: { version: '2' } });
  });

  test('evicts versions that no request uses, and is answered by its number while it is current', async () => {
    const model = uniqueModel();
    await publishVersions(model, ['1', '2', '3']);
    const { server, happened } = createRolloutServer(BEHAVIORS, { room: 2 });
    await ask(server, model);
    expect(await askFor(server, model, '2')).toMatchObject({ answer: '12' });
    expect(await askFor(server, model, '3')).toMatchObject({ answer: '13' });
    expect(await askFor(server, model, '1')).toMatchObject({ answer: '11' });
    expect(happened).toEqual(['unloaded 2']);
  });
});

describe('a shadow', () => {
  const shadow = (percent: number) => shadowTransition({ version: '2', percent }, changeRecord());

  async function withShadow(model: string, percent = 100): Promise<void> {
    await publishVersions(model, ['1', '2']);
    await change(model, shadow(percent));
  }

  test('computes the answer again after it was sent, and reports the difference', async () => {
    const model = uniqueModel();
    await withShadow(model);
    const order: string[] = [];
    const { server, happened, executed } = createRolloutServer(BEHAVIORS, {
      afterAnswer: async () => order.push(`after ${executed.join()}`),
    });
    await ask(server, model);
    order.length = 0;
    executed.length = 0;
    happened.length = 0;
    expect(await ask(server, model)).toEqual({
      kind: 'served',
      answer: '11',
      by: { version: '1', generation: 2 },
    });
    expect(order).toEqual(['after 1']);
    expect(executed).toEqual(['1', '2']);
    expect(happened).toEqual([
      `shadow 2 ${JSON.stringify({ kind: 'compared', largestAbsolute: 1, largestRelative: Math.fround(1) / 12, rows: 0, mismatchedRows: 0 })}`,
    ]);
  });

  test('gets its share, and none of the requests that name a version', async () => {
    const model = uniqueModel();
    await withShadow(model, 25);
    const { server, draws, executed } = createRolloutServer(BEHAVIORS);
    await ask(server, model);
    executed.length = 0;
    draws.next = 0.25;
    await ask(server, model);
    expect(executed).toEqual(['1']);
    draws.next = 0.2;
    const scope = requestScope();
    const named = { model, selector: { kind: 'version', version: '1' } } as const;
    await serve(server, named, computeWith(1), scope);
    await scope.settled();
    expect(executed).toEqual(['1', '1']);
  });

  test('that throws fails no answer', async () => {
    const model = uniqueModel();
    await withShadow(model);
    for (const behavior of [
      () => new Error('a fault'),
      () => Promise.reject(new TypeError('a fault')),
    ] as const) {
      const { server, happened } = createRolloutServer({ 1: plus(1), 2: behavior });
      await ask(server, model);
      expect(await ask(server, model)).toMatchObject({ answer: '11', by: { version: '1' } });
      expect(happened.at(-1)).toBe('shadow 2 {"kind":"failed","reason":"a fault"}');
    }
  });

  test('computes one request at a time and drops the others', async () => {
    const model = uniqueModel();
    await withShadow(model);
    const computing = Promise.withResolvers<void>();
    let waits = false;
    const { server, happened, executed, clock } = createRolloutServer(BEHAVIORS, {
      afterAnswer: () => (waits ? computing.promise : Promise.resolve()),
    });
    await ask(server, model);
    waits = true;
    happened.length = 0;
    const again = () =>
      serve(server, { model, selector: { kind: 'current' } }, computeWith(1), requestScope());
    for (let request = 0; request < 3; request++) await again();
    const dropped = 'shadow 2 {"kind":"dropped","reason":"busy"}';
    expect(happened).toEqual([dropped, dropped]);
    expect(executed).not.toContain('2');
    // The platform may have dropped the request of the computation.
    clock.now = 30_000;
    await again();
    expect(happened).toEqual([dropped, dropped]);
    computing.resolve();
  });

  test('reports that it cannot be compared', async () => {
    const model = uniqueModel();
    await withShadow(model);
    const { server, happened } = createRolloutServer({ 1: plus(1), 2: () => [1, 2] });
    await ask(server, model);
    await ask(server, model);
    expect(happened.at(-1)).toContain('output y has shape [2] instead of [1]');
  });
});
