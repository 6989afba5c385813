import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newChangeRecord } from '../../../scripts/pointer/change_record.ts';
import { pruneModel } from '../../../worker/registry/prune/pruning.ts';
import { acquirePruningLock, releasePruningLock } from '../../../worker/registry/prune/pruning_lock.ts';
import type { ObjectStore } from '../../../worker/registry/storage/object_store.ts';
import { RetryingObjectStore } from '../../../worker/registry/storage/retrying_object_store.ts';
import { BLOBS_PREFIX, PRUNING_KEY } from '../../../worker/registry/storage/storage_keys.ts';
import { writeGraphModel } from '../../fixtures/commands/model_directories.ts';
import { publish, tryPublish, wait } from '../../fixtures/commands/publishing.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { temporaryRegistry } from '../../fixtures/commands/temporary_registry.ts';
import { hookedObjectStore } from '../../fixtures/worker/hooked_object_store.ts';

const folder = await temporaryFolder();
const { store } = await temporaryRegistry();

const bytes = new TextEncoder().encode('text');
const always = { condition: { kind: 'always' } } as const;
const absent = { condition: { kind: 'absent' } } as const;
let keys = 0;
const uniqueKey = (): string => `retrying/${++keys}/object`;

interface Faulty {
  readonly store: RetryingObjectStore;
  tries(): number;
}

/** A store whose first operations fail, before or after they happen. */
function faultyStore(faults: number, moment: 'before' | 'after' = 'before'): Faulty {
  let tries = 0;
  const hook = (): void => {
    if (++tries <= faults) throw new Error('storage fault');
  };
  const faulty = hookedObjectStore(store, moment === 'before' ? { before: hook } : { after: hook });
  return { store: new RetryingObjectStore(faulty, wait), tries: () => tries };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** A body that ends in a fault. */
function vanishing(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.error(new Error('vanished')) });
}

async function textOf(from: ObjectStore, key: string): Promise<string | undefined> {
  const read = await from.get(key);
  return read.kind === 'found' ? read.object.text() : undefined;
}

describe('is repeated after a fault', () => {
  test('reading, looking and listing', async () => {
    const key = uniqueKey();
    await store.put(key, bytes, always);
    expect(await textOf(faultyStore(6).store, key)).toBe('text');
    expect(await faultyStore(6).store.head(key)).toMatchObject({ kind: 'found' });
    const prefix = key.replace('/object', '/');
    expect(await collect(faultyStore(6, 'after').store.list(prefix))).toMatchObject([{ key }]);
    expect(await collect(faultyStore(6).store.listFolders('retrying/'))).toContain(String(keys));
  });

  test('reading whose content fails', async () => {
    const key = uniqueKey();
    await store.put(key, bytes, always);
    let tries = 0;
    const faulty: ObjectStore = {
      ...hookedObjectStore(store, {}),
      get: async (name, options) => {
        const read = await store.get(name, options);
        if (read.kind !== 'found' || ++tries > 2) return read;
        return {
          kind: 'found',
          object: { ...read.object, stream: vanishing() },
        };
      },
    };
    expect(await textOf(new RetryingObjectStore(faulty, wait), key)).toBe('text');
    expect(tries).toBe(3);
  });

  test('reading bytes that are not text', async () => {
    const key = uniqueKey();
    const binary = Uint8Array.from({ length: 256 }, (_, index) => index);
    await store.put(key, binary, always);
    const read = await faultyStore(1).store.get(key);
    if (read.kind !== 'found') throw new Error(read.kind);
    expect(new Uint8Array(await new Response(read.object.stream).arrayBuffer())).toEqual(binary);
  });

  test('writing without a condition, and deleting', async () => {
    const key = uniqueKey();
    expect(await faultyStore(6).store.put(key, bytes, always)).toMatchObject({ kind: 'written' });
    await faultyStore(6, 'after').store.delete([key]);
    expect(await store.head(key)).toEqual({ kind: 'missing' });
  });

  test('creating, which succeeds if an earlier attempt wrote the object', async () => {
    const key = uniqueKey();
    expect(await faultyStore(1).store.put(key, bytes, absent)).toMatchObject({ kind: 'written' });
    expect(await faultyStore(1, 'after').store.put(uniqueKey(), bytes, absent)).toEqual({ kind: 'conflict' });
  });

  test('but not forever', async () => {
    const faulty = faultyStore(100);
    await expect(faulty.store.head('x')).rejects.toThrow('storage fault');
    expect(faulty.tries()).toBe(7);
  });
});

describe('is not repeated after a fault', () => {
  test('writing over a version that was read: the caller has to look again', async () => {
    const key = uniqueKey();
    const written = await store.put(key, bytes, always);
    if (written.kind !== 'written') throw new Error('not written');
    const faulty = faultyStore(1);
    const condition = { kind: 'matches', etag: written.etag } as const;
    await expect(faulty.store.put(key, bytes, { condition })).rejects.toThrow('storage fault');
    expect(faulty.tries()).toBe(1);
  });

  test("deleting the lock of pruning: it may be another's by then", async () => {
    const faulty = faultyStore(1);
    await expect(faulty.store.delete([PRUNING_KEY])).rejects.toThrow('storage fault');
    expect(faulty.tries()).toBe(1);
  });

  test('writing bytes that do not have the digest named', async () => {
    const faulty = faultyStore(0, 'before');
    const options = { ...always, sha256: '0'.repeat(64) };
    await expect(faulty.store.put(uniqueKey(), bytes, options)).rejects.toThrow('10037');
    expect(faulty.tries()).toBe(1);
  });
});

describe('a storage that never answers', () => {
  const limits = { call: 20, deletion: 10, bytesPerSecond: 1000 };
  const document = { condition: { kind: 'matches', etag: 'none' } } as const;

  function silentStore(): Faulty {
    let tries = 0;
    const hook = (): Promise<void> => {
      tries++;
      return new Promise(() => {});
    };
    const silent = hookedObjectStore(store, { before: hook });
    return { store: new RetryingObjectStore(silent, wait, limits), tries: () => tries };
  }

  test.for([
    ['reading', (silent: ObjectStore) => silent.get('key'), 0.02],
    ['checking', (silent: ObjectStore) => silent.head('key'), 0.02],
    ['writing', (silent: ObjectStore) => silent.put('key', new Uint8Array(100), absent), 0.12],
    ['writing', (silent: ObjectStore) => silent.put('key', new Uint8Array(0), document), 0.02],
    ['deleting', (silent: ObjectStore) => silent.delete(['key']), 0.01],
    ['listing', (silent: ObjectStore) => collect(silent.list('key')), 0.02],
    ['listing', (silent: ObjectStore) => collect(silent.listFolders('key')), 0.02],
  ] as const)('is not waited for without end: %s', async ([what, call, seconds]) => {
    const silent = silentStore();
    const rounded = Math.round(seconds * 10) / 10;
    await expect(call(silent.store)).rejects.toThrow(
      `did not answer within ${rounded} seconds while ${what} key`,
    );
    expect(silent.tries()).toBe(1);
  });

  test('gets no further call', async () => {
    const silent = silentStore();
    await expect(silent.store.head('first')).rejects.toThrow('while checking first');
    await expect(silent.store.delete(['second'])).rejects.toThrow('while checking first');
    expect(silent.tries()).toBe(1);
  });

  test('ends a publish, and so the command', async () => {
    const silent = hookedObjectStore(store, {
      before: (operation, key) =>
        operation === 'put' && key.startsWith(BLOBS_PREFIX) ? new Promise(() => {}) : undefined,
    });
    const impatient = new RetryingObjectStore(silent, wait, { ...limits, call: 2000 });
    const directory = await writeGraphModel(join(folder, 'silent', '1.0.0'));
    await expect(tryPublish(impatient, directory, 'silent')).rejects.toThrow('while writing blobs/');
  });

  test('that began to repeat a call does not continue after the timeout', async () => {
    let tries = 0;
    const faulty = hookedObjectStore(store, {
      before: () => {
        tries++;
        throw new Error('storage fault');
      },
    });
    const pause = Promise.withResolvers<void>();
    const waiting = new RetryingObjectStore(faulty, () => pause.promise, limits);
    await expect(waiting.delete(['key'])).rejects.toMatchObject({ code: 'ERR_STORAGE_TIMEOUT' });
    pause.resolve();
    await wait();
    expect(tries).toBe(1);
  });
});

test.for([
  'No space left on device (os error 28)',
  'ENOSPC: write',
  'database or disk is full: SQLITE_FULL',
  'Read-only file system',
  'EROFS: open',
  'attempt to write a readonly database',
])('nothing is repeated where it cannot be written: %s', async (message) => {
  let tries = 0;
  const full = hookedObjectStore(store, {
    before: () => {
      tries++;
      throw new Error(message);
    },
  });
  await expect(new RetryingObjectStore(full, wait).put(uniqueKey(), bytes, always)).rejects.toThrow(message);
  expect(tries).toBe(1);
});

describe('the lock of pruning', () => {
  test('is not given back by a prune that does not hold it', async () => {
    expect(await acquirePruningLock(store, 'one')).toMatchObject({ kind: 'acquired' });
    await releasePruningLock(store, 'two');
    expect(await acquirePruningLock(store, 'two')).toMatchObject({ kind: 'held' });
    await releasePruningLock(store, 'one');
    expect(await store.head(PRUNING_KEY)).toEqual({ kind: 'missing' });
  });

  test.for(['put', 'delete'] as const)('does not remain if the answer to its %s is lost', async (lost) => {
    const model = `lock_${lost}`;
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) {
      await publish(store, await writeGraphModel(join(folder, model, version)), model);
    }
    let faults = 0;
    const faulty = hookedObjectStore(store, {
      after: (operation, key) => {
        if (operation === lost && key === PRUNING_KEY && ++faults === 1) throw new Error('answer lost');
      },
    });
    const pruning = new RetryingObjectStore(faulty, wait);
    const result = await pruneModel(pruning, model, {
      keep: 0,
      dryRun: false,
      record: newChangeRecord({}),
      wait,
    });
    expect(result).toMatchObject({ kind: 'pruned', versions: ['1.0.0'] });
    expect(faults).toBeGreaterThan(0);
    expect(await store.head(PRUNING_KEY)).toEqual({ kind: 'missing' });
  });
});
