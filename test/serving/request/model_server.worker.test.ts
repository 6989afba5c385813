import { describe, expect, test } from 'vitest';
import { updatePointer } from '../../../worker/registry/pointer/pointer_store.ts';
import {
  labelTransition,
  pruneTransition,
  rollbackTransition,
} from '../../../worker/registry/pointer/pointer_transitions.ts';
import { pruneModel } from '../../../worker/registry/prune/pruning.ts';
import { manifestKey } from '../../../worker/registry/storage/storage_keys.ts';
import { wait } from '../../../worker/registry/storage/waiting.ts';
import type { Manifest } from '../../../worker/registry/version/manifest.ts';
import type { ServableView, ServingTarget } from '../../../worker/serving/api.ts';
import { ModelServer } from '../../../worker/serving/request/model_server.ts';
import { PointerSource, pointerReader } from '../../../worker/serving/request/pointer_source.ts';
import { ServableManager } from '../../../worker/serving/servables/servable_manager.ts';
import { fakeLoader, requestScope } from '../../fixtures/worker/fake_servables.ts';
import { hookedObjectStore, type StoreHooks } from '../../fixtures/worker/hooked_object_store.ts';
import {
  bucket,
  changeRecord,
  publish as publishModel,
  uniqueModel,
} from '../../fixtures/worker/published_models.ts';
import { serve } from '../../fixtures/worker/serve.ts';

/** With a lease, which the servers here cut as they need it. */
const publish = (model: string, version: string, options: Parameters<typeof publishModel>[2] = {}) =>
  publishModel(model, version, { leaseMs: 1_000, ...options });

interface ServerOptions {
  readonly hooks?: StoreHooks;
  readonly prepare?: (manifest: Manifest) => Promise<void> | void;
  readonly onLoadFailure?: 'previous' | 'error';
  readonly leaseMs?: number;
}

function createServer({ hooks = {}, prepare, onLoadFailure = 'previous', leaseMs = 0 }: ServerOptions = {}) {
  const store = hookedObjectStore(bucket, hooks);
  const clock = { now: 0 };
  const now = () => clock.now;
  const loader = fakeLoader(prepare);
  const source = new PointerSource(pointerReader(store), {
    leaseLimitMs: leaseMs,
    sleep: async () => {},
    timeoutMs: 5_000,
    now,
    onPointer: () => {},
  });
  const manager = new ServableManager(store, {
    budgetBytes: 1e9,
    now,
    load: loader.load,
    events: { loaded: () => {}, loadFailed: () => {}, unloaded: () => {} },
  });
  const counted: string[] = [];
  const server = new ModelServer(store, source, manager, {
    onLoadFailure,
    events: {
      speculation: (outcome) => counted.push(outcome),
      fallback: (_model, wanted, answeredBy) => counted.push(`${answeredBy} for ${wanted}`),
      stalePointer: () => counted.push('stale'),
    },
  });
  return { server, clock, counted, manager, ...loader };
}

const target = (model: string): ServingTarget => ({ model, selector: { kind: 'current' } });
const versionOf = ({ version }: ServableView) => version;
const flipBack = (model: string) =>
  updatePointer(bucket, model, rollbackTransition(undefined, changeRecord()), { wait });

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

  test('tells the generation of the check, not of the speculation', async () => {
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
    "a fault of the computation is its caller's, and leaves nothing in use (lease of %i ms)",
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

  test("a fault of a speculation that is not confirmed is nobody's", async () => {
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

  test('within the lease waits for nothing, asks ahead in its second half, and waits once it is over', async () => {
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

  test('finds versions and labels, and says what it does not find', async () => {
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

describe('a current version that cannot be loaded', () => {
  const failing = (version: string) => (manifest: Manifest) => {
    if (manifest.version === version) throw new Error('it is broken');
  };

  test('is stood in for by the last version that this isolate served, and says so', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    const { server, counted } = createServer({
      prepare: ({ version }) => {
        if (version !== '1.0.0') throw new Error('it is broken');
      },
    });
    await serve(server, target(model), versionOf, requestScope());
    // `previous` would be of no help here.
    for (const version of ['2.0.0', '3.0.0']) await publish(model, version);
    const outcome = await serve(server, target(model), versionOf, requestScope());
    expect(outcome).toMatchObject({
      kind: 'served',
      answer: '1.0.0',
      by: { version: '1.0.0', generation: 3, fallback: { wanted: '3.0.0', reason: 'it is broken' } },
    });
    expect(counted).toContain('1.0.0 for 3.0.0');
  });

  test('is stood in for by `previous` in an isolate that has served nothing', async () => {
    const model = uniqueModel();
    for (const version of ['1.0.0', '2.0.0']) await publish(model, version);
    const { server } = createServer({ prepare: failing('2.0.0') });
    expect(await serve(server, target(model), versionOf, requestScope())).toMatchObject({
      answer: '1.0.0',
      by: { fallback: { wanted: '2.0.0' } },
    });
  });

  test('costs the requests after the first no wait, and is served as soon as it can be', async () => {
    const model = uniqueModel();
    for (const version of ['1.0.0', '2.0.0']) await publish(model, version);
    let broken = true;
    const { server, clock, loads } = createServer({
      prepare: ({ version }) => {
        if (version === '2.0.0' && broken) throw new Error('it is broken');
      },
    });
    for (let request = 0; request < 5; request++) {
      expect(await serve(server, target(model), versionOf, requestScope())).toMatchObject({
        answer: '1.0.0',
      });
    }
    expect(loads).toEqual(['2.0.0', '1.0.0']);
    broken = false;
    clock.now += 1_000;
    const scope = requestScope();
    expect(await serve(server, target(model), versionOf, scope)).toMatchObject({ answer: '1.0.0' });
    await scope.settled();
    const outcome = await serve(server, target(model), versionOf, requestScope());
    expect(outcome).toMatchObject({ answer: '2.0.0' });
    expect(outcome.kind === 'served' && outcome.by.fallback).toBeUndefined();
  });

  test('is a refusal with ON_LOAD_FAILURE=error, and for a version or label asked for by name', async () => {
    const model = uniqueModel();
    for (const version of ['1.0.0', '2.0.0']) await publish(model, version);
    const unavailable = { kind: 'unavailable', version: '2.0.0', reason: 'it is broken' };
    const strict = createServer({ prepare: failing('2.0.0'), onLoadFailure: 'error' });
    expect(await serve(strict.server, target(model), versionOf, requestScope())).toEqual(unavailable);
    const { server } = createServer({ prepare: failing('2.0.0') });
    const byVersion = { model, selector: { kind: 'version', version: '2.0.0' } } as const;
    expect(await serve(server, byVersion, versionOf, requestScope())).toEqual(unavailable);
  });

  test('whose manifest is missing is stood in for too', async () => {
    const model = uniqueModel();
    for (const version of ['1.0.0', '2.0.0']) await publish(model, version);
    await bucket.delete([manifestKey(model, '2.0.0')]);
    const { server } = createServer();
    expect(await serve(server, target(model), versionOf, requestScope())).toMatchObject({
      answer: '1.0.0',
      by: { fallback: { wanted: '2.0.0', reason: 'it has no manifest' } },
    });
  });

  test('with nothing to stand in for it is a refusal with the reason', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    const { server } = createServer({ prepare: failing('1.0.0') });
    for (let request = 0; request < 2; request++) {
      expect(await serve(server, target(model), versionOf, requestScope())).toEqual({
        kind: 'unavailable',
        version: '1.0.0',
        reason: 'it is broken',
      });
    }
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
