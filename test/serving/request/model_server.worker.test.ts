import { describe, expect, test } from 'vitest';
import { updatePointer } from '../../../worker/registry/pointer/pointer_store.ts';
import { labelTransition, pruneTransition } from '../../../worker/registry/pointer/pointer_transitions.ts';
import { pruneModel } from '../../../worker/registry/prune/pruning.ts';
import { wait } from '../../../worker/registry/storage/waiting.ts';
import type { ServableView, ServingTarget } from '../../../worker/serving/api.ts';
import { serve } from '../../../worker/serving/request/serve.ts';
import { requestScope } from '../../fixtures/worker/fake_servables.ts';
import { createServer, flipBack, publish, target, versionOf } from '../../fixtures/worker/model_server.ts';
import { bucket, changeRecord, uniqueModel } from '../../fixtures/worker/published_models.ts';

describe('serve', () => {
  test('answers with the version that was current when the request began, or a later one', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    await publish(model, '2.0.0');
    const { server, counted } = createServer();
    for (const expected of ['2.0.0', '1.0.0', '2.0.0', '1.0.0']) {
      const outcome = await serve(server, target(model), versionOf, requestScope());
      expect(outcome).toMatchObject({ kind: 'served', answer: expected, by: { version: expected } });
      await flipBack(model);
    }
    expect(counted).toEqual(['repeated', 'repeated', 'repeated']);
  });

  test('computes while the pointer is being checked, and once only if it has not moved', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    const order: string[] = [];
    const { server, counted } = createServer({
      hooks: {
        before: (operation) => {
          if (operation === 'get') order.push('check');
        },
        after: (operation) => {
          if (operation === 'get') order.push('checked');
        },
      },
    });
    await serve(server, target(model), versionOf, requestScope());
    order.length = 0;
    const compute = () => {
      order.push('compute');
      return 'answer';
    };
    const outcome = await serve(server, target(model), compute, requestScope());
    expect(outcome).toMatchObject({ kind: 'served', answer: 'answer', by: { generation: 1 } });
    expect(order).toEqual(['check', 'compute', 'checked']);
    expect(counted).toEqual(['confirmed']);
  });

  test('reports the generation of the check, not of the speculation', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    const { server } = createServer();
    await serve(server, target(model), versionOf, requestScope());
    await updatePointer(bucket, model, labelTransition('stable', '1.0.0', changeRecord()), { wait });
    const outcome = await serve(server, target(model), versionOf, requestScope());
    expect(outcome).toMatchObject({ by: { version: '1.0.0', generation: 2 } });
  });

  test('within the lease answers as after waiting, and keeps the version in use until it has computed', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    const { server, manager, clock } = createServer({ leaseMs: 1_000 });
    const waited = await serve(server, target(model), versionOf, requestScope());
    expect(await serve(server, target(model), versionOf, requestScope())).toEqual(waited);
    const slow = async ({ version }: ServableView) => {
      await Promise.resolve();
      expect(manager.ready(model, version)?.inUse).toBe(true);
      return version;
    };
    expect(await serve(server, target(model), slow, requestScope())).toEqual(waited);
    clock.now += 1_000;
    expect(await serve(server, target(model), versionOf, requestScope())).toEqual(waited);
    expect(manager.ready(model, '1.0.0')?.inUse).toBe(false);
  });

  test.each([0, 1_000])(
    'a fault of the computation is thrown to its caller, and leaves nothing in use (lease of %i ms)',
    async (leaseMs) => {
      const model = uniqueModel();
      await publish(model, '1.0.0');
      const { server, manager, counted } = createServer({ leaseMs });
      await serve(server, target(model), versionOf, requestScope());
      const fault = () => {
        throw new Error('a fault');
      };
      const slowFault = async () => fault();
      for (const compute of [fault, slowFault]) {
        const serving = async () => serve(server, target(model), compute, requestScope());
        await expect(serving()).rejects.toThrow('a fault');
      }
      expect(manager.ready(model, '1.0.0')?.inUse).toBe(false);
      expect(counted).toEqual(leaseMs === 0 ? ['confirmed', 'confirmed'] : []);
    },
  );

  test('a fault of an unconfirmed speculation is ignored', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    await publish(model, '2.0.0');
    const { server, counted } = createServer();
    await serve(server, target(model), versionOf, requestScope());
    await flipBack(model);
    const compute = ({ version }: ServableView) => {
      if (version === '2.0.0') throw new Error('a fault of the one that was current');
      return version;
    };
    const outcome = await serve(server, target(model), compute, requestScope());
    expect(outcome).toMatchObject({ answer: '1.0.0' });
    expect(counted).toEqual(['repeated']);
  });

  test('within the lease does not wait, reads ahead in its second half, and waits after it expired', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    let reads = 0;
    const { server, clock } = createServer({
      leaseMs: 1_000,
      hooks: {
        before: (operation) => {
          if (operation === 'get') reads++;
        },
      },
    });
    await serve(server, target(model), versionOf, requestScope());
    await publish(model, '2.0.0');
    reads = 0;
    clock.now = 499;
    expect(await serve(server, target(model), versionOf, requestScope())).toMatchObject({ answer: '1.0.0' });
    expect(reads).toBe(0);
    clock.now = 999;
    const scope = requestScope();
    expect(await serve(server, target(model), versionOf, scope)).toMatchObject({ answer: '1.0.0' });
    await scope.settled();
    reads = 0;
    expect(await serve(server, target(model), versionOf, requestScope())).toMatchObject({ answer: '2.0.0' });
    clock.now = 1_999;
    await publish(model, '3.0.0');
    expect(await serve(server, target(model), versionOf, requestScope())).toMatchObject({ answer: '3.0.0' });
  });

  test('within the lease still finds its way when the version was pruned meanwhile', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    const { server } = createServer({ leaseMs: 60_000 });
    await server.describe(target(model));
    for (const version of ['2.0.0', '3.0.0']) await publish(model, version);
    await pruneModel(bucket, model, { keep: 0, dryRun: false, record: changeRecord(), wait });
    const outcome = await serve(server, target(model), versionOf, requestScope());
    expect(outcome).toMatchObject({ kind: 'served', answer: '3.0.0' });
    expect(outcome.kind === 'served' && outcome.by.fallback).toBeUndefined();
  });

  test('finds versions and labels, and names the missing ones', async () => {
    const model = uniqueModel();
    for (const version of ['1.0.0', '2.0.0', '3.0.0']) await publish(model, version);
    await updatePointer(bucket, model, labelTransition('stable', '2.0.0', changeRecord()), { wait });
    await updatePointer(
      bucket,
      model,
      pruneTransition(() => ['1.0.0'], changeRecord()),
      { wait },
    );
    const { server } = createServer();
    const ask = (name: string, selector: ServingTarget['selector']) =>
      serve(server, { model: name, selector }, versionOf, requestScope());
    expect(await ask(model, { kind: 'label', label: 'stable' })).toMatchObject({ answer: '2.0.0' });
    expect(await ask(model, { kind: 'version', version: '2.0.0' })).toMatchObject({ answer: '2.0.0' });
    expect(await ask(model, { kind: 'version', version: '1.0.0' })).toMatchObject({
      kind: 'unknown version',
    });
    expect(await ask(model, { kind: 'version', version: '7' })).toMatchObject({ kind: 'unknown version' });
    expect(await ask(model, { kind: 'label', label: 'toString' })).toMatchObject({ kind: 'unknown label' });
    expect(await ask('nobody', { kind: 'current' })).toEqual({ kind: 'unknown model' });
    expect(await ask('../../etc', { kind: 'current' })).toEqual({ kind: 'unknown model' });
  });
});

describe('a storage fault', () => {
  test('leaves a loaded model answering, and says that the pointer is stale', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    let down = false;
    const { server, counted } = createServer({
      hooks: {
        before: () => {
          if (down) throw new Error('storage is down');
        },
      },
    });
    await serve(server, target(model), versionOf, requestScope());
    down = true;
    expect(await serve(server, target(model), versionOf, requestScope())).toMatchObject({
      kind: 'served',
      answer: '1.0.0',
      by: { stalePointer: { reason: expect.stringContaining('storage is down') } },
    });
    expect(counted).toEqual(['confirmed', 'stale']);
    down = false;
    const healed = await serve(server, target(model), versionOf, requestScope());
    expect(healed.kind === 'served' && healed.by.stalePointer).toBeUndefined();
  });

  test('makes a model that was never read unavailable, not unknown', async () => {
    const { server } = createServer({
      hooks: {
        before: () => {
          throw new Error('storage is down');
        },
      },
    });
    expect(await serve(server, target('any'), versionOf, requestScope())).toMatchObject({
      kind: 'unavailable',
    });
    expect(await server.describe(target('any'))).toMatchObject({ kind: 'unavailable' });
  });
});

describe('status', () => {
  test('loads the version asked for and tells the states of the others, newest first', async () => {
    const model = uniqueModel();
    for (const version of ['9', '10', '11']) await publish(model, version);
    const { server } = createServer({
      prepare: ({ version }) => {
        if (version === '11') throw new Error('it is broken');
      },
    });
    expect(await server.status(target(model), requestScope())).toMatchObject({
      kind: 'status',
      versions: [
        { version: '11', state: 'END', error: 'it is broken' },
        { version: '10', state: 'START' },
      ],
    });
    const byVersion = { model, selector: { kind: 'version', version: '9' } } as const;
    expect(await server.status(byVersion, requestScope())).toMatchObject({
      versions: [{ version: '9', state: 'AVAILABLE' }],
    });
  });
});
