import { describe, expect, test } from 'vitest';
import { updatePointer } from '../../../worker/registry/pointer/pointer_store.ts';
import { leaseTransition, publishTransition } from '../../../worker/registry/pointer/pointer_transitions.ts';
import type { ObjectStore } from '../../../worker/registry/storage/object_store.ts';
import { pointerKey } from '../../../worker/registry/storage/storage_keys.ts';
import { wait } from '../../../worker/registry/storage/waiting.ts';
import { PointerSource, pointerReader } from '../../../worker/serving/request/pointer_source.ts';
import { requestScope } from '../../fixtures/worker/fake_servables.ts';
import { hookedObjectStore } from '../../fixtures/worker/hooked_object_store.ts';
import {
  bucket,
  changeRecord,
  publish as publishModel,
  uniqueModel,
} from '../../fixtures/worker/published_models.ts';

/** Publishes with a lease, which the servers of these tests shorten. */
const publish = (model: string, version: string, options: Parameters<typeof publishModel>[2] = {}) =>
  publishModel(model, version, { leaseMs: 1_000, ...options });

function createSource(store: ObjectStore, options: { leaseMs?: number; timeoutMs?: number } = {}) {
  const clock = { now: 1_000 };
  const flips: (string | undefined)[] = [];
  const source = new PointerSource(pointerReader(store), {
    leaseLimitMs: options.leaseMs ?? 0,
    sleep: async (milliseconds) => {
      clock.now += milliseconds;
    },
    timeoutMs: options.timeoutMs ?? 5_000,
    now: () => clock.now,
    onPointer: (_model, pointer, before) => flips.push(before && `${before.current} -> ${pointer.current}`),
  });
  return { source, clock, flips };
}

const current = (version: string) => ({ kind: 'fresh', pointer: { current: version } });

describe('PointerSource', () => {
  test('sees a flip with the first check that begins after it', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    const { source, flips } = createSource(bucket);
    expect(await source.check(model)).toMatchObject(current('1.0.0'));
    await publish(model, '1.1.0');
    expect(await source.check(model)).toMatchObject(current('1.1.0'));
    expect(flips).toEqual([undefined, '1.0.0 -> 1.1.0']);
  });

  test('reads the pointer for every request if the lease is 0', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    const { source } = createSource(bucket);
    await source.check(model);
    expect(source.leased(model)).toBeUndefined();
    expect(source.known(model)?.current).toBe('1.0.0');
  });

  test('counts the lease from when the confirming read began', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    const { source, clock } = createSource(
      hookedObjectStore(bucket, {
        after: () => {
          clock.now += 40;
        },
      }),
      { leaseMs: 100 },
    );
    await source.check(model);
    clock.now = 1_099;
    expect(source.leased(model)?.current).toBe('1.0.0');
    clock.now = 1_100;
    expect(source.leased(model)).toBeUndefined();
    await source.check(model);
    expect(source.leased(model)?.current).toBe('1.0.0');
  });

  test('tells the generations by which it may answer, and not those that it would have to check', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    await publish(model, '1.1.0');
    const { source, clock } = createSource(bucket, { leaseMs: 100 });
    await source.check(model);
    expect(source.generations()).toEqual(new Map([[model, 2]]));
    clock.now += 100;
    expect(source.generations()).toEqual(new Map());
    const { source: strict } = createSource(bucket);
    await strict.check(model);
    expect(strict.generations()).toEqual(new Map());
  });

  test('does not go back when a slow read brings an older pointer', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    const reads = Promise.withResolvers<void>();
    let slow = true;
    const store = hookedObjectStore(bucket, {
      after: async () => {
        if (!slow) return;
        slow = false;
        await reads.promise;
      },
    });
    const { source } = createSource(store);
    const older = source.check(model);
    await publish(model, '1.1.0');
    expect(await source.check(model)).toMatchObject(current('1.1.0'));
    reads.resolve();
    expect(await older).toMatchObject(current('1.1.0'));
    expect(source.known(model)?.current).toBe('1.1.0');
  });

  test('continues with the last known pointer when storage fails, hangs or holds garbage', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    let fault: 'none' | 'throws' | 'hangs' = 'none';
    const store = hookedObjectStore(bucket, {
      before: () => {
        if (fault === 'throws') throw new Error('storage is down');
        return fault === 'hangs' ? new Promise(() => {}) : undefined;
      },
    });
    const { source } = createSource(store, { timeoutMs: 20 });
    await source.check(model);
    fault = 'throws';
    expect(await source.check(model)).toMatchObject({
      kind: 'stale',
      pointer: { current: '1.0.0' },
      reason: expect.stringContaining('storage is down'),
    });
    fault = 'hangs';
    expect(await source.check(model)).toMatchObject({
      kind: 'stale',
      reason: expect.stringContaining('20 ms'),
    });
    fault = 'none';
    await bucket.put(pointerKey(model), new TextEncoder().encode('{'), { condition: { kind: 'always' } });
    expect(await source.check(model)).toMatchObject({
      kind: 'stale',
      reason: expect.stringContaining('not JSON'),
    });
  });

  test('survives a short fault', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    let faults = 1;
    const store = hookedObjectStore(bucket, {
      before: () => {
        if (faults-- > 0) throw new Error('the file vanished');
      },
    });
    expect(await createSource(store).source.check(model)).toMatchObject(current('1.0.0'));
  });

  test('knows nothing of a model whose pointer it never read', async () => {
    const { source } = createSource(
      hookedObjectStore(bucket, {
        before: () => {
          throw new Error('storage is down');
        },
      }),
    );
    expect(await source.check('anything')).toMatchObject({ kind: 'unreadable' });
    expect(await createSource(bucket).source.check('anything')).toEqual({ kind: 'missing' });
  });
});

describe('a scheduled change', () => {
  const LEASE = { ms: 1_000, clockSkewMs: 100 };
  const agreement = { lease: LEASE };

  /** Publishes 1.0.0, then flips to 2.0.0 at a moment. Returns the moment by the clock of storage. */
  async function flipAtMoment(model: string): Promise<number> {
    await publish(model, '1.0.0');
    await publish(model, '2.0.0', { flip: false });
    const transition = publishTransition('2.0.0', changeRecord());
    const update = await updatePointer(bucket, model, transition, { wait, agreement });
    if (update.kind !== 'changed' || update.effect.moment === undefined) throw new Error(update.kind);
    return update.effect.moment.getTime();
  }

  test('takes effect at its time, in an isolate that read it before and in one that reads it later', async () => {
    const model = uniqueModel();
    const moment = await flipAtMoment(model);
    const { source, clock } = createSource(bucket, { leaseMs: 1_000 });
    clock.now = moment - 1;
    expect(await source.check(model)).toMatchObject({ pointer: { current: '1.0.0', generation: 1 } });
    expect(source.leased(model)).toMatchObject({ current: '1.0.0', next: { version: '2.0.0' } });
    clock.now = moment;
    expect(source.leased(model)).toMatchObject({ current: '2.0.0', previous: '1.0.0', generation: 2 });
    expect(source.leased(model)).not.toHaveProperty('next');
    const later = createSource(bucket, { leaseMs: 1_000 });
    later.clock.now = moment;
    expect(await later.source.check(model)).toMatchObject(current('2.0.0'));
  });

  test('is not undone when the clock is set back', async () => {
    const model = uniqueModel();
    const moment = await flipAtMoment(model);
    const { source, clock } = createSource(bucket, { leaseMs: 1_000 });
    clock.now = moment;
    await source.check(model);
    clock.now = moment - 50;
    expect(source.leased(model)).toBeUndefined();
    expect(source.known(model)?.current).toBe('2.0.0');
    expect(await source.check(model)).toMatchObject(current('2.0.0'));
  });

  test('delays the requests of a client that has seen it, and no others', async () => {
    const model = uniqueModel();
    const moment = await flipAtMoment(model);
    const { source, clock } = createSource(bucket, { leaseMs: 1_000 });
    clock.now = moment - 70;
    await source.check(model);
    expect(source.leased(model, { minimumGeneration: 2 })).toBeUndefined();
    expect(source.leased(model)?.current).toBe('1.0.0');
    expect(await source.check(model, { minimumGeneration: 2 })).toMatchObject(current('2.0.0'));
    expect(clock.now).toBe(moment);
    // A generation that does not exist must not cause a wait.
    expect(await source.check(model, { minimumGeneration: 99 })).toMatchObject(current('2.0.0'));
    expect(clock.now).toBe(moment);
  });

  test('of the lease: the shorter one applies until the change has taken effect', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    const transition = leaseTransition(300, undefined, changeRecord());
    await updatePointer(bucket, model, transition, { wait, agreement });
    const { source, clock } = createSource(bucket, { leaseMs: 60_000 });
    await source.check(model);
    clock.now += 299;
    expect(source.leased(model)).toBeDefined();
    clock.now += 1;
    expect(source.leased(model)).toBeUndefined();
  });
});

test('a read ahead is shared by the requests that arrive while it is valid, and a later request reads for itself', async () => {
  const model = uniqueModel();
  await publish(model, '1.0.0');
  const gate = Promise.withResolvers<void>();
  let isSlow = false;
  let reads = 0;
  const store = hookedObjectStore(bucket, {
    before: async (operation) => {
      if (operation !== 'get') return;
      reads++;
      if (isSlow) await gate.promise;
    },
  });
  const { source, clock } = createSource(store, { leaseMs: 1_000 });
  await source.check(model);
  reads = 0;
  isSlow = true;
  clock.now += 600;
  source.readAhead(model, requestScope());
  source.readAhead(model, requestScope());
  clock.now += 500;
  const shared = [source.check(model), source.check(model)];
  expect(reads).toBe(1);
  clock.now += 500;
  const own = source.check(model);
  expect(reads).toBe(2);
  gate.resolve();
  for (const check of [...shared, own]) expect(await check).toMatchObject(current('1.0.0'));
});

test('a read ahead that ended with the request that began it is begun again', async () => {
  const model = uniqueModel();
  await publish(model, '1.0.0');
  const gate = Promise.withResolvers<void>();
  let reads = 0;
  const store = hookedObjectStore(bucket, {
    before: async () => {
      if (++reads > 1) await gate.promise;
    },
  });
  const { source, clock } = createSource(store, { leaseMs: 1_000, timeoutMs: 20_000 });
  await source.check(model);
  const begun: Promise<unknown>[] = [];
  const scope = { ...requestScope(), waitUntil: (promise: Promise<unknown>) => begun.push(promise) };
  clock.now += 20_000;
  source.readAhead(model, scope);
  clock.now += 20_000;
  source.readAhead(model, scope);
  expect(reads).toBe(2);
  clock.now += 1;
  source.readAhead(model, scope);
  expect(reads).toBe(3);
  gate.resolve();
  await Promise.all(begun);
});
