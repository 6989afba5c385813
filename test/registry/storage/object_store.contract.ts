import { describe, expect, test } from 'vitest';
import type { ObjectStore } from '../../../worker/registry/storage/object_store.ts';
import { sha256 } from '../../fixtures/models/sha256.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const always = { condition: { kind: 'always' } } as const;
const absent = { condition: { kind: 'absent' } } as const;

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** The tests that every implementation of ObjectStore must pass, with keys in an accepted folder. */
export function objectStoreContract(name: string, createStore: () => ObjectStore, folder = 'contract'): void {
  describe(`${name} as an ObjectStore`, () => {
    const store = createStore();
    let counter = 0;
    const uniqueKey = (): string => `${folder}/${++counter}`;

    test('gives back what was put, with its etag and size', async () => {
      const key = uniqueKey();
      const written = await store.put(key, encode('hello'), always);
      const read = await store.get(key);
      if (written.kind !== 'written' || read.kind !== 'found') throw new Error('not stored');
      expect(await read.object.text()).toBe('hello');
      expect(read.object.size).toBe(5);
      expect(read.object.etag).toBe(written.etag);
      expect(await store.head(key)).toMatchObject({
        kind: 'found',
        description: { key, etag: written.etag, size: 5 },
      });
    });

    test('reports missing keys', async () => {
      const key = uniqueKey();
      expect(await store.get(key)).toEqual({ kind: 'missing' });
      expect(await store.head(key)).toEqual({ kind: 'missing' });
    });

    test('answers unchanged for the etag that is there, and the object for any other', async () => {
      const key = uniqueKey();
      const first = await store.put(key, encode('one'), always);
      if (first.kind !== 'written') throw new Error('not stored');
      expect(await store.get(key, { unlessEtag: first.etag })).toEqual({ kind: 'unchanged' });
      await store.put(key, encode('two'), always);
      expect(await store.get(key, { unlessEtag: first.etag })).toMatchObject({ kind: 'found' });
    });

    test('creates only a key that does not exist', async () => {
      const key = uniqueKey();
      expect(await store.put(key, encode('one'), absent)).toMatchObject({ kind: 'written' });
      expect(await store.put(key, encode('two'), absent)).toEqual({ kind: 'conflict' });
      const read = await store.get(key);
      expect(read.kind === 'found' && (await read.object.text())).toBe('one');
    });

    test('replaces only what has the etag named', async () => {
      const key = uniqueKey();
      const first = await store.put(key, encode('one'), always);
      if (first.kind !== 'written') throw new Error('not stored');
      const matches = { condition: { kind: 'matches', etag: first.etag } } as const;
      expect(await store.put(key, encode('two'), matches)).toMatchObject({ kind: 'written' });
      expect(await store.put(key, encode('three'), matches)).toEqual({ kind: 'conflict' });
      expect(await store.put(uniqueKey(), encode('four'), matches)).toEqual({ kind: 'conflict' });
    });

    test('lets one of many writers with one etag through', async () => {
      const key = uniqueKey();
      const first = await store.put(key, encode('start'), always);
      if (first.kind !== 'written') throw new Error('not stored');
      const results = await Promise.all(
        Array.from({ length: 8 }, (_, writer) =>
          store.put(key, encode(`writer ${writer}`), { condition: { kind: 'matches', etag: first.etag } }),
        ),
      );
      expect(results.filter(({ kind }) => kind === 'written')).toHaveLength(1);
    });

    test('refuses bytes that do not have the digest named', async () => {
      const key = uniqueKey();
      const digest = await sha256(encode('right'));
      await expect(store.put(key, encode('wrong'), { ...always, sha256: digest })).rejects.toThrow();
      expect(await store.head(key)).toEqual({ kind: 'missing' });
      expect(await store.put(key, encode('right'), { ...always, sha256: digest })).toMatchObject({
        kind: 'written',
      });
    });

    test('deletes existing keys and ignores missing ones', async () => {
      const [there, gone] = [uniqueKey(), uniqueKey()];
      await store.put(there, encode('x'), always);
      await store.delete([there, gone]);
      expect(await store.head(there)).toEqual({ kind: 'missing' });
    });

    test('lists keys below a prefix and the folders right below it', async () => {
      const prefix = `${uniqueKey()}/`;
      for (const key of ['a/1', 'a/2', 'b/c/3', 'd']) await store.put(`${prefix}${key}`, encode(key), always);
      const keys = (await collect(store.list(prefix))).map(({ key }) => key.slice(prefix.length));
      expect(keys.sort()).toEqual(['a/1', 'a/2', 'b/c/3', 'd']);
      expect((await collect(store.listFolders(prefix))).sort()).toEqual(['a', 'b']);
    });
  });
}
