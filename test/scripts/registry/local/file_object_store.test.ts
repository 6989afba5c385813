import { readdir, utimes } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openBucketDatabase } from '../../../../scripts/registry/local/bucket_database.ts';
import { FileObjectStore } from '../../../../scripts/registry/local/file_object_store.ts';
import type { ObjectStore } from '../../../../worker/registry/storage/object_store.ts';
import { localBucket } from '../../../fixtures/commands/local_bucket.ts';
import { temporaryFolder } from '../../../fixtures/commands/temporary_folder.ts';
import { startEdge } from '../../../fixtures/edge/edge.ts';
import { objectStoreContract } from '../../../registry/storage/object_store.contract.ts';

const state = await temporaryFolder();
const edge = await startEdge({ isolates: 1, state });
afterAll(() => edge.stop());
const workerd = edge.store;
// Miniflare makes the files with the first call.
await workerd.head('none');

async function open(): Promise<FileObjectStore> {
  const { database, blobs } = localBucket(state);
  const opened = await openBucketDatabase(database);
  if (opened === undefined) throw new Error('the files cannot be opened');
  return new FileObjectStore(opened, blobs);
}

const files = await open();
afterAll(() => files.close());

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

async function textOf(store: ObjectStore, key: string): Promise<string> {
  const read = await store.get(key);
  return read.kind === 'found' ? read.object.text() : read.kind;
}

async function listed(store: ObjectStore, prefix: string): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const description of store.list(prefix)) found.push(description);
  for await (const folder of store.listFolders(prefix)) found.push(folder);
  return found;
}

objectStoreContract('the files of local state', () => files);

describe('the files of local state, while workerd has them open', () => {
  test.each([
    ['the files', files, 'workerd', workerd],
    ['workerd', workerd, 'the files', files],
  ])('what %s writes, %s deletes and lists, %s reads in the same form', async (one, writer, _, reader) => {
    const prefix = `${one.replaceAll(' ', '_')}/`;
    // Between `a-b/` and `a/`, the order of keys is another than that of folders.
    for (const name of ['a/1', 'a-b/1', 'ä', 'z/1/2']) {
      await writer.put(`${prefix}${name}`, encode(name), { condition: { kind: 'always' } });
    }
    await writer.delete([`${prefix}z/1/2`, `${prefix}none`]);
    expect(await textOf(reader, `${prefix}ä`)).toBe('ä');
    expect(await textOf(reader, `${prefix}z/1/2`)).toBe('missing');
    expect(await reader.head(`${prefix}a/1`)).toEqual(await writer.head(`${prefix}a/1`));
    expect(await listed(reader, prefix)).toEqual(await listed(writer, prefix));
    await reader.put(`${prefix}ä`, encode('replaced'), { condition: { kind: 'always' } });
    expect(await textOf(writer, `${prefix}ä`)).toBe('replaced');
  });

  test('a reader that found an object before it was replaced can read it for a while, even if the writer has ended', async () => {
    const writer = await open();
    await writer.put('replaced', encode('one'), { condition: { kind: 'always' } });
    const found = await files.get('replaced');
    if (found.kind !== 'found') throw new Error(found.kind);
    await writer.put('replaced', encode('two'), { condition: { kind: 'always' } });
    await writer.close();
    expect(await found.object.text()).toBe('one');
    const marks = path.join(path.dirname(localBucket(state).blobs), 'replaced');
    const longAgo = new Date(Date.now() - 120_000);
    for (const mark of await readdir(marks)) await utimes(path.join(marks, mark), longAgo, longAgo);
    await (await open()).close();
    await expect(found.object.text()).rejects.toThrow('ENOENT');
    expect(await readdir(marks)).toEqual([]);
    expect(await textOf(files, 'replaced')).toBe('two');
  });

  test('an etag is that of R2, and the digest is kept', async () => {
    const value = encode('{"generation":1}');
    const sha256 = Buffer.from(await crypto.subtle.digest('SHA-256', value)).toString('hex');
    const options = { condition: { kind: 'always' }, sha256 } as const;
    const [one, other] = [
      await files.put('etag/1', value, options),
      await workerd.put('etag/2', value, options),
    ];
    if (one.kind !== 'written' || other.kind !== 'written') throw new Error('not written');
    expect(one.etag).toBe(other.etag);
  });

  test('writers that count at once lose no number', async () => {
    const key = 'counter';
    await files.put(key, encode('0'), { condition: { kind: 'always' } });
    const others = await open();
    async function count(store: ObjectStore): Promise<void> {
      for (let counted = 0; counted < 20; ) {
        try {
          const read = await store.get(key);
          if (read.kind !== 'found') throw new Error(read.kind);
          const next = encode(String(Number(await read.object.text()) + 1));
          const written = await store.put(key, next, {
            condition: { kind: 'matches', etag: read.object.etag },
          });
          if (written.kind === 'written') counted++;
        } catch (error) {
          // A file that another writer has replaced, or a lock of SQLite: nothing was written.
          if (!/ENOENT|busy|locked|missing|Unspecified error/i.test(String(error))) throw error;
        }
      }
    }
    await Promise.all([files, others, workerd].map(count));
    await others.close();
    expect(await textOf(workerd, key)).toBe('60');
  });
});
