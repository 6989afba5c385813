import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, describe, expect, test } from 'vitest';
import { HttpObjectStore, requireManagement } from '../../../scripts/shared/http_object_store.ts';
import { startManagement, tokenEntry } from '../../shared/management_worker.ts';
import { objectStoreContract } from '../../shared/object_store.contract.ts';

const management = await startManagement({ MANAGEMENT_TOKENS: tokenEntry('ci', 'publish+flip', 'secret') });
afterAll(() => management.stop());
const service = { url: management.url, token: 'secret' };

objectStoreContract('HTTP', () => new HttpObjectStore(service), 'publications/contract');

/** A server that answers everything in one way. */
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
    await expect(requireManagement({ ...service, token: 'guessed' })).rejects.toThrow(/answered 401/);
    const other = await answering(404, 'Not found');
    await expect(requireManagement({ url: other, token: 'secret' })).rejects.toThrow(
      /is not the address of a management Worker/,
    );
    const closed = new URL('http://127.0.0.1:1');
    await expect(requireManagement({ url: closed, token: 'secret' })).rejects.toThrow(/cannot be reached/);
  });

  test('does not take half a list for the whole', async () => {
    const url = await answering(200, '"a"\n"b"\n');
    const read = async () => {
      for await (const _ of new HttpObjectStore({ url, token: 'x' }).listFolders('models/'));
    };
    await expect(read()).rejects.toThrow(/broke off/);
  });

  test('does not follow with its token to another address', async () => {
    const url = await answering(307, '', { location: 'http://127.0.0.1:1/' });
    await expect(new HttpObjectStore({ url, token: 'x' }).head('pruning.json')).rejects.toThrow(/127/);
  });

  test('gives back bytes that are no text', async () => {
    const store = new HttpObjectStore(service);
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    await store.put('publications/bytes', bytes, { condition: { kind: 'always' } });
    const read = await store.get('publications/bytes');
    if (read.kind !== 'found') throw new Error(read.kind);
    expect(new Uint8Array(await new Response(read.object.stream).arrayBuffer())).toEqual(bytes);
  });
});
