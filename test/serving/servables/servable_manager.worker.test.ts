import { describe, expect, test } from 'vitest';
import type { ObjectStore } from '../../../worker/registry/storage/object_store.ts';
import { manifestKey } from '../../../worker/registry/storage/storage_keys.ts';
import type { Manifest } from '../../../worker/registry/version/manifest.ts';
import type { LoadTask } from '../../../worker/serving/servables/load_task.ts';
import { ServableManager } from '../../../worker/serving/servables/servable_manager.ts';
import { fakeLoader, requestScope } from '../../fixtures/worker/fake_servables.ts';
import { hookedObjectStore } from '../../fixtures/worker/hooked_object_store.ts';
import { bucket, publish, uniqueModel } from '../../fixtures/worker/published_models.ts';
import { use } from '../../fixtures/worker/use_servable.ts';

const MEGABYTE = 1024 * 1024;

function createManager(
  prepare?: (manifest: Manifest, task: LoadTask) => Promise<void> | void,
  options: { budgetBytes?: number; store?: ObjectStore } = {},
) {
  const loader = fakeLoader(prepare);
  const clock = { now: 0 };
  const failures: number[] = [];
  const manager = new ServableManager(options.store ?? bucket, {
    budgetBytes: options.budgetBytes ?? 64 * MEGABYTE,
    now: () => clock.now,
    load: loader.load,
    events: {
      loaded: () => {},
      loadFailed: (_model, _version, _reason, retryInMs) => failures.push(retryInMs),
      unloaded: () => {},
    },
  });
  return { manager, clock, failures, ...loader };
}

const named = (model: string, version: string) => ({ model, version, fromPointer: true });
const weighing = (megabytes: number) => ({ content: { weightBytes: (megabytes * MEGABYTE) / 2 } });

describe('loading', () => {
  test('happens once for all requests that want a version', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    const { manager, loads } = createManager();
    const results = await Promise.all(
      Array.from({ length: 20 }, () =>
        use(manager, named(model, '1.0.0'), ({ version }) => version, requestScope()),
      ),
    );
    expect(results).toEqual(Array.from({ length: 20 }, () => ({ kind: 'used', answer: '1.0.0' })));
    expect(loads).toEqual(['1.0.0']);
  });

  test('goes on when the request that began it is gone', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    const gate = Promise.withResolvers<void>();
    const { manager, loads } = createManager(() => gate.promise);
    const first = requestScope();
    // The result of the first request is never awaited.
    void use(manager, named(model, '1.0.0'), () => 'never read', first);
    let released = false;
    const firstSettled = first.settled().then(() => {
      released = true;
    });
    const second = use(manager, named(model, '1.0.0'), () => 'second', requestScope());
    await expect.poll(() => loads).toEqual(['1.0.0']);
    // The waitUntil of the first request keeps the load alive.
    expect(released).toBe(false);
    gate.resolve();
    expect(await second).toEqual({ kind: 'used', answer: 'second' });
    expect(loads).toEqual(['1.0.0']);
    await firstSettled;
    expect(manager.ready(model, '1.0.0')).toBeDefined();
  });

  test('pauses as long as no request waits for it', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    const gate = Promise.withResolvers<void>();
    const tasks: LoadTask[] = [];
    const { manager } = createManager((_manifest, task) => {
      tasks.push(task);
      return gate.promise;
    });
    manager.preload(model, '1.0.0', requestScope(), { keepServing: true });
    await expect.poll(() => tasks.map(({ pauses }) => pauses)).toEqual([true]);
    const answered = use(manager, named(model, '1.0.0'), () => 'answered', requestScope());
    await expect.poll(() => tasks.map(({ pauses }) => pauses)).toEqual([false]);
    gate.resolve();
    expect(await answered).toEqual({ kind: 'used', answer: 'answered' });
  });

  test('is taken over when the work of the request that began it was dropped', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    let cleaned = 0;
    let first = true;
    const dropped = Promise.withResolvers<void>();
    const { manager, clock, loads, disposed } = createManager(async (_manifest, task) => {
      if (!first) return;
      first = false;
      task.onAbandon(() => cleaned++);
      clock.now += 60_000;
      await dropped.promise;
    });
    void use(manager, named(model, '1.0.0'), () => 'dropped', requestScope());
    const answer = await use(manager, named(model, '1.0.0'), () => 'taken over', requestScope());
    expect(answer).toEqual({ kind: 'used', answer: 'taken over' });
    expect(loads).toEqual(['1.0.0', '1.0.0']);
    expect(cleaned).toBe(1);
    // If the dropped load continues after all, its result is freed, and not the serving one.
    dropped.resolve();
    await expect.poll(() => disposed).toEqual(['1.0.0']);
    expect(manager.ready(model, '1.0.0')).toBeDefined();
  });
});

describe('a version that cannot be loaded', () => {
  test('is tried again after a time that doubles with every failure', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    let broken = true;
    const { manager, clock, loads, failures } = createManager(() => {
      if (broken) throw new Error('it is broken');
    });
    const again = () => use(manager, named(model, '1.0.0'), () => 'used', requestScope());
    expect(await again()).toEqual({ kind: 'failed', reason: 'it is broken' });
    expect(await again()).toEqual({ kind: 'failed', reason: 'it is broken' });
    expect(loads).toHaveLength(1);
    for (let failure = 1; failure < 9; failure++) {
      clock.now += failures.at(-1) ?? 0;
      await again();
    }
    expect(failures).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    broken = false;
    expect(await again()).toMatchObject({ kind: 'failed' });
    clock.now += 60_000;
    expect(await again()).toEqual({ kind: 'used', answer: 'used' });
    expect(manager.failure(model, '1.0.0')).toBeUndefined();
  });

  test('still counts as failed while it is tried again in the background', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    const gate = Promise.withResolvers<void>();
    let attempts = 0;
    const { manager, clock } = createManager(async () => {
      if (++attempts === 1) throw new Error('it is broken');
      await gate.promise;
    });
    await use(manager, named(model, '1.0.0'), () => 'used', requestScope());
    clock.now += 1_000;
    expect(manager.failure(model, '1.0.0')).toEqual({ reason: 'it is broken', retryDue: true });
    const scope = requestScope();
    manager.preload(model, '1.0.0', scope);
    expect(manager.failure(model, '1.0.0')).toEqual({ reason: 'it is broken', retryDue: false });
    gate.resolve();
    await scope.settled();
    expect(manager.failure(model, '1.0.0')).toBeUndefined();
  });

  test('that does not exist is looked up again each time', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    const { manager } = createManager();
    const again = () =>
      use(manager, { model, version: '9.9.9', fromPointer: false }, () => 'used', requestScope());
    expect(await again()).toEqual({ kind: 'missing' });
    await publish(model, '9.9.9', { flip: false });
    expect(await again()).toEqual({ kind: 'used', answer: 'used' });
  });

  test.each([
    ['is not JSON', '{'],
    ['schema: ', '{"schema": 2}'],
  ])('because its manifest %s says so', async (reason, text) => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    const key = manifestKey(model, '1.0.0');
    await bucket.put(key, new TextEncoder().encode(text), { condition: { kind: 'always' } });
    const result = await use(createManager().manager, named(model, '1.0.0'), () => 'used', requestScope());
    expect(result).toMatchObject({ kind: 'failed', reason: expect.stringContaining(reason) });
  });

  test('because storage fails names the fault', async () => {
    const store = hookedObjectStore(bucket, {
      before: () => {
        throw new Error('storage is down');
      },
    });
    const { manager } = createManager(undefined, { store });
    const result = await use(manager, named('any', '1.0.0'), () => 'used', requestScope());
    expect(result).toEqual({ kind: 'failed', reason: 'storage is down' });
  });
});

describe('the memory budget', () => {
  test('evicts idle servables, least recently used first, and no more than needed', async () => {
    const model = uniqueModel();
    for (const version of ['1', '2', '3', '4']) await publish(model, version, weighing(20));
    const { manager, disposed } = createManager();
    const useVersion = (version: string) =>
      use(manager, named(model, version), () => version, requestScope());
    for (const version of ['1', '2', '3', '1']) await useVersion(version);
    expect(disposed).toEqual([]);
    await useVersion('4');
    expect(disposed).toEqual(['2']);
    await useVersion('2');
    expect(disposed).toEqual(['2', '3']);
  });

  test('keeps both versions when both fit, and unloads the old one before loading when they do not', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0', weighing(40));
    await publish(model, '2.0.0', weighing(40));
    const loadedAt: string[][] = [];
    const roomy = createManager(() => void loadedAt.push([...roomy.disposed]), {
      budgetBytes: 100 * MEGABYTE,
    });
    const tight = createManager(() => void loadedAt.push([...tight.disposed]), {
      budgetBytes: 64 * MEGABYTE,
    });
    for (const { manager } of [roomy, tight]) {
      for (const version of ['1.0.0', '2.0.0']) {
        await use(manager, named(model, version), () => version, requestScope());
      }
    }
    expect(loadedAt).toEqual([[], [], [], ['1.0.0']]);
    expect(roomy.manager.usage().servables).toBe(2);
    expect(tight.manager.usage().servables).toBe(1);
  });

  test('never frees a version before its last request is done', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0', weighing(40));
    await publish(model, '2.0.0', weighing(40));
    const { manager, disposed } = createManager();
    const gate = Promise.withResolvers<void>();
    const computing = use(
      manager,
      named(model, '1.0.0'),
      async () => {
        await gate.promise;
        return disposed.length;
      },
      requestScope(),
    );
    await expect.poll(() => manager.ready(model, '1.0.0')?.inUse).toBe(true);
    const next = use(manager, named(model, '2.0.0'), () => [...disposed], requestScope());
    gate.resolve();
    expect(await computing).toEqual({ kind: 'used', answer: 0 });
    expect(await next).toEqual({ kind: 'used', answer: ['1.0.0'] });
  });

  test('refuses a version that could never fit', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0', weighing(80));
    const { manager, loads } = createManager();
    expect(await use(manager, named(model, '1.0.0'), () => 'used', requestScope())).toMatchObject({
      kind: 'failed',
      reason: expect.stringMatching(/needs about 80\.\d MB and MEMORY_BUDGET_MB is 64\.0/),
    });
    expect(loads).toEqual([]);
  });

  test('counts versions that are being loaded', async () => {
    const model = uniqueModel();
    const versions = ['1', '2', '3', '4', '5', '6'];
    for (const version of versions) await publish(model, version, weighing(30));
    let most = 0;
    const { manager } = createManager(async () => {
      most = Math.max(most, manager.usage().bytes);
      await new Promise((resolve) => setTimeout(resolve, 5));
    });
    const results = await Promise.all(
      versions.map((version) => use(manager, named(model, version), () => version, requestScope())),
    );
    expect(results.map((result) => result.kind === 'used' && result.answer)).toEqual(versions);
    expect(most).toBeLessThanOrEqual(64 * MEGABYTE);
  });
});
