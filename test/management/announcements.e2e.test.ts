import { describe, expect, test } from 'vitest';
import { publicationKey } from '../../worker/registry/storage/storage_keys.ts';
import { type AskOptions, type TokenName, useManagement } from './use_management.ts';

const { management, ask } = useManagement();

const always = { condition: { kind: 'always' } } as const;
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const put = (key: string, body: string, options: AskOptions = {}) =>
  ask('PUT', `/api/v1/objects/${key}`, { ...options, body });

async function snapshot(): Promise<Record<string, string>> {
  const objects: Record<string, string> = {};
  for await (const { key, etag } of management().store.list('')) objects[key] = etag;
  return objects;
}
describe('announcements', () => {
  const key = (id: string) => publicationKey('announced', '1.0.0', id);
  const document = { schema: 1, model: 'announced', version: '1.0.0', blobs: ['a'.repeat(64)] };
  const remove = (id: string, token: TokenName) => ask('DELETE', `/api/v1/objects/${key(id)}`, { token });

  test('belong to the token that made them, and to no other', async () => {
    expect(await put(key('mine'), JSON.stringify(document), { token: 'ci' })).toMatchObject({ status: 201 });
    const before = await snapshot();
    for (const token of ['viewer', 'flipper', 'other', 'ops'] as const) {
      const emptied = JSON.stringify({ ...document, blobs: [] });
      expect(await put(key('mine'), emptied, { token })).toMatchObject({ status: 403 });
      expect(await remove('mine', token)).toMatchObject({ status: 403 });
    }
    expect(await snapshot()).toEqual(before);
    expect(await put(key('mine'), JSON.stringify(document), { token: 'ci' })).toMatchObject({ status: 201 });
    expect(await remove('mine', 'ci')).toMatchObject({ status: 204 });
    expect(await remove('mine', 'ci')).toMatchObject({ status: 404 });
  });

  test('that were written directly to the bucket cannot be deleted with any token', async () => {
    await management().store.put(key('theirs'), encode(document), always);
    expect(await remove('theirs', 'ops')).toMatchObject({ status: 403 });
    await management().store.delete([key('theirs')]);
  });

  test.each<[string, string, string, number]>([
    ['any text', 'x', 'a', 400],
    ['more text than one has', 'x'.repeat(200_000), 'a', 413],
    ['an unknown member', JSON.stringify({ ...document, more: 1 }), 'a', 400],
    ['an owner', JSON.stringify({ ...document, owner: 'ops' }), 'a', 400],
    ['another version than its key', JSON.stringify({ ...document, version: '2.0.0' }), 'a', 400],
    ['a digest that is none', JSON.stringify({ ...document, blobs: ['x'] }), 'a', 400],
    ['1005 blobs', JSON.stringify({ ...document, blobs: Array(1005).fill('a'.repeat(64)) }), 'a', 400],
    ['100 000 levels', '['.repeat(50_000) + ']'.repeat(50_000), 'a', 400],
  ])('with %s are refused', async (_, body, id, status) => {
    expect(await put(key(id), body, { token: 'ci' })).toMatchObject({ status });
    expect((await management().store.head(key(id))).kind).toBe('missing');
  });

  test('can only be written under the keys that a prune reads', async () => {
    for (const at of [
      'publications/foo',
      'publications/a/b/c.json',
      'publications/announced/01.0.0/a.json',
    ]) {
      expect(await put(at, JSON.stringify(document), { token: 'ci' })).toMatchObject({ status: 400 });
    }
  });

  test('are limited in number', async () => {
    const keys = Array.from({ length: 500 }, (_, index) => key(`full${index}`));
    for (const one of keys) await management().store.put(one, encode(document), always);
    try {
      expect(await put(key('more'), JSON.stringify(document), { token: 'ci' })).toMatchObject({
        status: 429,
        body: { error: expect.stringContaining('500 publishes') },
      });
    } finally {
      await management().store.delete(keys);
    }
  });
});
