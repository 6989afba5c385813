import { describe, expect, test } from 'vitest';
import type { ObjectStore } from '../../../worker/registry/storage/object_store.ts';
import { pointerKey } from '../../../worker/registry/storage/storage_keys.ts';
import { PointerSource, pointerReader } from '../../../worker/serving/request/pointer_source.ts';
import { hookedObjectStore } from '../../fixtures/worker/hooked_object_store.ts';
import { bucket, publish, uniqueModel } from '../../fixtures/worker/published_models.ts';

function createSource(store: ObjectStore, options: { maxAgeMs?: number; timeoutMs?: number } = {}) {
  const clock = { now: 1_000 };
  const flips: (string | undefined)[] = [];
  const source = new PointerSource(pointerReader(store), {
    maxAgeMs: options.maxAgeMs ?? 0,
    timeoutMs: options.timeoutMs ?? 5_000,
    now: () => clock.now,
    onPointer: (_model, pointer, before) => flips.push(before && `${before.current} -> ${pointer.current}`),
  });
  return { source, clock, flips };
}

const current = (version: string) => ({ kind: 'current', pointer: { current: version } });

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

  test('is never fresh with a maximum age of 0', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    const { source } = createSource(bucket);
    await source.check(model);
    expect(source.fresh(model)).toBeUndefined();
    expect(source.known(model)?.current).toBe('1.0.0');
  });

  test('counts its age from when the confirming read began', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    const { source, clock } = createSource(
      hookedObjectStore(bucket, {
        after: () => {
          clock.now += 40;
        },
      }),
      { maxAgeMs: 100 },
    );
    await source.check(model);
    clock.now = 1_099;
    expect(source.fresh(model)?.current).toBe('1.0.0');
    clock.now = 1_100;
    expect(source.fresh(model)).toBeUndefined();
    await source.check(model);
    expect(source.fresh(model)?.current).toBe('1.0.0');
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

  test('goes on with the last pointer known when storage fails, hangs or holds garbage', async () => {
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

  test('survives a fault that is gone a moment later', async () => {
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
