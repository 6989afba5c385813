import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { R2ObjectStore } from '../../../worker/registry/storage/r2_object_store.ts';
import { objectStoreContract } from './object_store.contract.ts';

objectStoreContract('R2', () => new R2ObjectStore(env.MODELS));

test('R2 lists more than one page', async () => {
  const store = new R2ObjectStore(env.MODELS);
  const names = Array.from({ length: 1005 }, (_, index) => `pages/${String(index).padStart(4, '0')}`);
  for (let start = 0; start < names.length; start += 50) {
    await Promise.all(
      names
        .slice(start, start + 50)
        .map((name) => store.put(name, new Uint8Array(1), { condition: { kind: 'always' } })),
    );
  }
  const listed: string[] = [];
  for await (const { key } of store.list('pages/')) listed.push(key);
  expect(listed.sort()).toEqual(names);
  await store.delete(names);
  expect((await store.head('pages/1004')).kind).toBe('missing');
});
