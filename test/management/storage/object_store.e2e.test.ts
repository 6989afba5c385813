import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, describe, expect, test } from 'vitest';
import { HttpObjectStore } from '../../../scripts/registry/http_object_store.ts';
import { requireManagement } from '../../../scripts/registry/management_client.ts';
import { blobKey, publicationKey } from '../../../worker/registry/storage/storage_keys.ts';
import { startManagement, tokenEntry } from '../../fixtures/edge/management_worker.ts';
import { sha256 } from '../../fixtures/models/sha256.ts';

const management = await startManagement({ MANAGEMENT_TOKENS: tokenEntry('ci', 'publish+flip', 'secret') });
afterAll(() => management.stop());
const service = { url: management.url, token: 'secret' };

const always = { condition: { kind: 'always' } } as const;
const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

describe('HTTP as an ObjectStore, of what a client may write', () => {
  const store = new HttpObjectStore(service);
  const announcement = { schema: 1, model: 'm', version: '1.0.0', blobs: [] };

  test('gives back a blob that was put, with its etag, size and folder', async () => {
    const bytes = new TextEncoder().encode('hello');
    const key = blobKey(await sha256(bytes));
    expect(await store.get(key)).toEqual({ kind: 'missing' });
    expect(await store.head(key)).toEqual({ kind: 'missing' });
    const written = await store.put(key, bytes, { ...always, sha256: await sha256(bytes) });
    const read = await store.get(key);
    if (written.kind !== 'written' || read.kind !== 'found') throw new Error('not stored');
    expect(await read.object.text()).toBe('hello');
    expect(read.object).toMatchObject({ size: 5, etag: written.etag });
    const description = { key, etag: written.etag, size: 5 };
    expect(await store.head(key)).toMatchObject({ kind: 'found', description });
    expect(await store.get(key, { unlessEtag: written.etag })).toEqual({ kind: 'unchanged' });
    expect(await store.get(key, { unlessEtag: 'another' })).toMatchObject({ kind: 'found' });
    expect(await collect(store.list('blobs/sha256/'))).toMatchObject([description]);
  });

  test('refuses bytes that do not have the digest named', async () => {
    const bytes = new TextEncoder().encode('wrong');
    const key = blobKey(await sha256(new TextEncoder().encode('right')));
    await expect(store.put(key, bytes, always)).rejects.toThrow(/do not have the SHA-256/);
    expect(await store.head(key)).toEqual({ kind: 'missing' });
  });

  test('writes, lists and deletes announcements', async () => {
    const key = publicationKey('m', '1.0.0', 'one');
    expect(await store.put(key, encode(announcement), always)).toMatchObject({ kind: 'written' });
    expect(await collect(store.listFolders('publications/'))).toEqual(['m']);
    expect(await collect(store.list('publications/'))).toMatchObject([{ key }]);
    expect(await collect(store.list('publications/', { after: key }))).toEqual([]);
    await store.delete([key, key]);
    expect(await store.head(key)).toEqual({ kind: 'missing' });
  });

  test('lists more than one answer holds', async () => {
    const keys = Array.from({ length: 1005 }, (_, index) => blobKey(index.toString(16).padStart(64, '0')));
    for (const key of keys) await management.store.put(key, new Uint8Array(1), always);
    const listed = (await collect(store.list('blobs/sha256/0000'))).map(({ key }) => key);
    expect(listed).toEqual(keys);
    await management.store.delete(keys);
  });
});

/** A server that gives every request the same answer. */
async function answering(status: number, body: string, headers: Record<string, string> = {}): Promise<URL> {
  const server = createServer((_, response) => response.writeHead(status, headers).end(body)).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  afterAll(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  return new URL(`http://127.0.0.1:${address.port}`);
}

describe('the store behind an address', () => {
  test('is a management Worker that knows the token', async () => {
    await expect(requireManagement(service)).resolves.toBeUndefined();
    await expect(requireManagement({ ...service, token: 'guessed' })).rejects.toThrow(
      /returned the status 401/,
    );
    const other = await answering(404, 'Not found');
    await expect(requireManagement({ url: other, token: 'secret' })).rejects.toThrow(
      /is not the URL of a management Worker/,
    );
    const closed = new URL('http://127.0.0.1:1');
    await expect(requireManagement({ url: closed, token: 'secret' })).rejects.toMatchObject({
      code: 'ERR_MANAGEMENT_REFUSED',
    });
  });

  test('does not take an incomplete list for the whole', async () => {
    const url = await answering(200, '"a"\n"b"\n');
    const read = async () => {
      for await (const _ of new HttpObjectStore({ url, token: 'x' }).listFolders('models/'));
    };
    await expect(read()).rejects.toThrow(/ended early/);
  });

  test('does not follow with its token to another address', async () => {
    const url = await answering(307, '', { location: 'http://127.0.0.1:1/' });
    await expect(new HttpObjectStore({ url, token: 'x' }).head('pruning.json')).rejects.toThrow(/127/);
  });

  test('gives back bytes that are not text', async () => {
    const store = new HttpObjectStore(service);
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const key = blobKey(await sha256(bytes));
    await store.put(key, bytes, always);
    const read = await store.get(key);
    if (read.kind !== 'found') throw new Error(read.kind);
    expect(new Uint8Array(await new Response(read.object.stream).arrayBuffer())).toEqual(bytes);
  });
});
