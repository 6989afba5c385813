import { beforeEach, describe, expect, test } from 'vitest';
import { readPointer } from '../../../worker/registry/pointer/pointer_store.ts';
import { pruneModel } from '../../../worker/registry/prune/pruning.ts';
import {
  acquirePruningLock,
  DELETION_LIMIT_MS,
  LEASE_USE_MS,
  PRUNING_LEASE_MS,
  pruningUntil,
} from '../../../worker/registry/prune/pruning_lock.ts';
import { type Clock, elapsedMs } from '../../../worker/registry/storage/clock.ts';
import type { ObjectStore } from '../../../worker/registry/storage/object_store.ts';
import { BLOBS_PREFIX, PRUNING_KEY } from '../../../worker/registry/storage/storage_keys.ts';
import { wait } from '../../../worker/registry/storage/waiting.ts';
import { hookedObjectStore, type StoreHooks } from '../../fixtures/worker/hooked_object_store.ts';
import {
  bucket,
  changeRecord,
  emptyBucket,
  publish,
  uniqueModel,
} from '../../fixtures/worker/published_models.ts';

/** The clock of a prune, which a test moves. */
function testClock(): { readonly read: Clock; advance(milliseconds: number): void } {
  let now = 0;
  return {
    read: () => ({ monotonic: now, wall: now }),
    advance: (milliseconds) => {
      now += milliseconds;
    },
  };
}

const always = { condition: { kind: 'always' } } as const;
const lockOf = (id: string): Uint8Array => new TextEncoder().encode(JSON.stringify({ schema: 1, id }));
const isLock = (key: string): boolean => key === PRUNING_KEY;
const isBlobs = (keys: string): boolean => keys.startsWith(BLOBS_PREFIX);

/** A storage whose clock has advanced since the lock was written. */
function later(milliseconds: number): ObjectStore {
  return {
    ...hookedObjectStore(bucket, {}),
    put: async (key, value, options) => {
      const result = await bucket.put(key, value, options);
      if (result.kind === 'conflict') return result;
      return { ...result, uploaded: new Date(result.uploaded.getTime() + milliseconds) };
    },
  };
}

/** A model for which a prune deletes a version with 250 files, in three batches. */
async function modelToPrune(): Promise<string> {
  const model = uniqueModel();
  const files = Object.fromEntries(
    Array.from({ length: 250 }, (_, index) => [`${index}`, `${model} ${index}`]),
  );
  await publish(model, '1.0.0', { files });
  await publish(model, '2.0.0');
  await publish(model, '3.0.0');
  return model;
}

async function blobCount(): Promise<number> {
  let count = 0;
  for await (const _ of bucket.list(BLOBS_PREFIX)) count++;
  return count;
}

async function lockHolder(): Promise<string | undefined> {
  const read = await bucket.get(PRUNING_KEY);
  return read.kind === 'found' ? JSON.parse(await read.object.text()).id : undefined;
}

function prune(
  model: string,
  hooks: StoreHooks,
  options: { readonly clock?: Clock; readonly deletionLimit?: number; readonly store?: ObjectStore } = {},
) {
  const { store = bucket, ...rest } = options;
  const record = { ...changeRecord(), id: 'the prune' };
  return pruneModel(hookedObjectStore(store, hooks), model, {
    keep: 0,
    dryRun: false,
    record,
    wait,
    ...rest,
  });
}

beforeEach(emptyBucket);

test('a prune abandons every deletion well before its lock expires', () => {
  expect(LEASE_USE_MS + DELETION_LIMIT_MS).toBeLessThan(PRUNING_LEASE_MS);
});

test('the holder of a lock measures time by the clock that advanced more', () => {
  const start = { monotonic: 1000, wall: 5000 };
  expect(elapsedMs(start, { monotonic: 1000, wall: 9000 })).toBe(4000);
  expect(elapsedMs(start, { monotonic: 3000, wall: 1000 })).toBe(2000);
});

describe('the lock of a prune that was killed', () => {
  test('delays a publish for a minute and no longer', async () => {
    await bucket.put(PRUNING_KEY, lockOf('killed'), always);
    const waits: number[] = [];
    const giveBack = async (milliseconds: number): Promise<void> => {
      waits.push(milliseconds);
      await bucket.delete([PRUNING_KEY]);
    };
    const expired = later(PRUNING_LEASE_MS + 1000);
    await publish(uniqueModel(), '1.0.0', { store: expired, wait: giveBack });
    expect(waits).toEqual([]);
    await publish(uniqueModel(), '1.0.0', { store: later(PRUNING_LEASE_MS - 10_000), wait: giveBack });
    expect(waits).toHaveLength(1);
  });

  test('refuses a prune, which says until when, for a minute by the clock of the storage', async () => {
    const model = await modelToPrune();
    const lock = await bucket.put(PRUNING_KEY, lockOf('killed'), always);
    if (lock.kind !== 'written') throw new Error('not written');
    const until = new Date(lock.uploaded.getTime() + PRUNING_LEASE_MS);
    expect(await pruningUntil(bucket, lock.uploaded)).toEqual(until);
    expect(await prune(model, {}, { store: later(PRUNING_LEASE_MS - 10_000) })).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining(`until ${until.toISOString()}`),
    });
    expect(await lockHolder()).toBe('killed');

    expect(await prune(model, {}, { store: later(PRUNING_LEASE_MS + 1000) })).toMatchObject({
      kind: 'pruned',
    });
    expect(await blobCount()).toBe(2);
    expect(await lockHolder()).toBeUndefined();
  });

  test('is taken over by one of two prunes', async () => {
    await bucket.put(PRUNING_KEY, lockOf('killed'), always);
    const store = later(PRUNING_LEASE_MS + 1000);
    let quick: string | undefined;
    const slow: ObjectStore = {
      ...store,
      put: async (key, value, options) => {
        // The lock of the quick prune is new, so the storage then uses the bucket's own time.
        if (quick !== undefined) return bucket.put(key, value, options);
        const result = await store.put(key, value, options);
        // After it has seen that the lock expired, another prune takes the lock.
        if (!isLock(key)) quick = (await acquirePruningLock(store, 'quick')).kind;
        return result;
      },
    };
    expect(await acquirePruningLock(slow, 'slow')).toMatchObject({ kind: 'held' });
    expect(quick).toBe('acquired');
    expect(await lockHolder()).toBe('quick');
  });
});

describe('a prune at work', () => {
  test('renews its lock while it reads manifests and between deletions', async () => {
    const model = await modelToPrune();
    // Documents are read six at a time. With these there are nine, five of which are manifests.
    for (let other = 0; other < 3; other++) await publish(uniqueModel(), '1.0.0');
    const clock = testClock();
    let renewals = -1;
    const result = await prune(
      model,
      {
        after: (operation, key) => {
          if (operation === 'put' && isLock(key)) renewals++;
          if (operation === 'delete' && isBlobs(key)) clock.advance(20_000);
          if (operation === 'get' && key.includes('/versions/')) clock.advance(10_000);
        },
      },
      { clock: clock.read },
    );
    expect(result).toMatchObject({ kind: 'pruned', versions: ['1.0.0'] });
    // Before the second six of the documents, and before each of three batches of files.
    expect(renewals).toBe(4);
    expect(await blobCount()).toBe(5);
    expect(await lockHolder()).toBeUndefined();
  });

  test('whose renewal got no answer looks whether it happened', async () => {
    const model = await modelToPrune();
    const clock = testClock();
    let writes = 0;
    const result = await prune(
      model,
      {
        after: (operation, key) => {
          if (operation === 'delete' && isBlobs(key)) clock.advance(20_000);
          if (operation === 'put' && isLock(key) && ++writes === 2) throw new Error('answer lost');
        },
      },
      { clock: clock.read },
    );
    expect(result).toMatchObject({ kind: 'pruned' });
    expect(writes).toBe(3);
  });

  test.for([
    ['its lock is older than its use', LEASE_USE_MS + 1, 0],
    ['the renewal takes until it is', LEASE_USE_MS - 1, 2],
  ] as const)('deletes nothing more once %s', async ([_, pause, renewalTakes]) => {
    const model = await modelToPrune();
    const clock = testClock();
    const pruning = prune(
      model,
      {
        before: (operation, key) => {
          if (operation === 'put' && isLock(key)) clock.advance(renewalTakes);
        },
        after: (operation, key) => {
          if (operation === 'delete' && isBlobs(key)) clock.advance(pause);
        },
      },
      { clock: clock.read },
    );
    await expect(pruning).rejects.toThrow(/could not renew its lock.*until .*run it again/);
    expect(await blobCount()).toBe(152);
    // Others wait until it expires, because operations may still be running.
    expect(await lockHolder()).toBe('the prune');
  });

  test('that was taken for dead deletes nothing more, and leaves the lock to the other', async () => {
    const model = await modelToPrune();
    const clock = testClock();
    const pruning = prune(
      model,
      {
        after: async (operation, key) => {
          if (operation !== 'delete' || !isBlobs(key)) return;
          clock.advance(20_000);
          await bucket.put(PRUNING_KEY, lockOf('the other'), always);
        },
      },
      { clock: clock.read },
    );
    await expect(pruning).rejects.toMatchObject({ code: 'ERR_PRUNING_LEASE_LOST' });
    expect(await blobCount()).toBe(152);
    expect(await lockHolder()).toBe('the other');
  });

  test('whose storage refuses the renewal deletes nothing more', async () => {
    const model = await modelToPrune();
    const clock = testClock();
    let writes = 0;
    const pruning = prune(
      model,
      {
        before: (operation, key) => {
          if (operation === 'delete' && isBlobs(key)) clock.advance(20_000);
          if (operation === 'put' && isLock(key) && ++writes > 1) throw new Error('storage fault');
        },
      },
      { clock: clock.read },
    );
    await expect(pruning).rejects.toThrow(/could not renew its lock.*run it again/);
    expect(await blobCount()).toBe(152);
  });

  test.for([
    [
      'gets no answer',
      () => new Promise<void>(() => {}),
      /did not answer .* while deleting 100 files.*run it again/,
    ],
    ['fails', () => Promise.reject(new Error('storage fault')), /storage fault.*run it again/],
  ] as const)('stops if a deletion %s, and others wait until its lock expires', async ([_, end, said]) => {
    const model = await modelToPrune();
    const hooks: StoreHooks = {
      before: (operation, key) => (operation === 'delete' && isBlobs(key) ? end() : undefined),
    };
    await expect(prune(model, hooks, { deletionLimit: 20 })).rejects.toThrow(said);
    expect(await lockHolder()).toBe('the prune');
    expect(await readPointer(bucket, model)).toMatchObject({ kind: 'found' });
  });

  test('gives its lock back when it finds a manifest that cannot be read', async () => {
    const model = await modelToPrune();
    const key = `models/${model}/versions/2.5.0/manifest.json`;
    await bucket.put(key, new TextEncoder().encode('{}'), always);
    await expect(
      pruneModel(bucket, model, { keep: 5, dryRun: false, record: changeRecord(), wait }),
    ).rejects.toThrow(/malformed/);
    expect(await lockHolder()).toBeUndefined();
  });
});
