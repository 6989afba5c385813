import { describe, expect, test } from 'vitest';
import type { Blob } from '../../../worker/model/content.ts';
import { type CacheBinding, PlatformBlobCache } from '../../../worker/registry/version/blob_cache.ts';
import { writeBlob } from '../../../worker/registry/version/blob_store.ts';
import { BlobReader, type CacheOutcome } from '../../../worker/serving/loading/blob_reader.ts';
import { sha256 } from '../../fixtures/models/sha256.ts';
import { hookedObjectStore } from '../../fixtures/worker/hooked_object_store.ts';
import { bucket } from '../../fixtures/worker/published_models.ts';

const ENCODER = new TextEncoder();

/** Stores a unique blob in the bucket. */
async function storedBlob(path = 'weights.bin', length = 10_000): Promise<Blob & { readonly text: string }> {
  const text = `${crypto.randomUUID()} `.repeat(length / 37);
  const bytes = ENCODER.encode(text);
  const digest = await sha256(bytes);
  await writeBlob(bucket, digest, bytes);
  return { path, sha256: digest, bytes: bytes.length, text };
}

/** The cache key of a digest. */
const keyOf = (digest: string) => `https://blobs.edge-serving.invalid/sha256/${digest}`;
const cached = async (digest: string) => (await caches.default.match(keyOf(digest)))?.text();

function createReader(blobs: readonly Blob[], cache: CacheBinding = caches.default) {
  const outcomes: CacheOutcome[] = [];
  const faults: string[] = [];
  const reads: string[] = [];
  const store = hookedObjectStore(bucket, {
    before: (_, key) => {
      reads.push(key);
    },
  });
  const reader = new BlobReader(
    {
      store,
      cache: new PlatformBlobCache(cache, (reason) => faults.push(reason)),
      onCache: (outcome) => outcomes.push(outcome),
    },
    blobs,
  );
  return { reader, outcomes, faults, reads };
}

async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of pieces) text += decoder.decode(piece, { stream: true });
  return text;
}

/** The platform's cache with some of its operations replaced. */
const faulty = (faults: Partial<CacheBinding>): CacheBinding => ({
  match: (key) => caches.default.match(key),
  put: (key, response) => caches.default.put(key, response),
  delete: (key) => caches.default.delete(key),
  ...faults,
});
const fail = () => Promise.reject(new Error('the cache is on fire'));

describe('a blob', () => {
  test('is kept after it was read, and read from the cache by the next', async () => {
    const blob = await storedBlob();
    const first = createReader([blob]);
    expect(await textOf(first.reader.read(blob.path))).toBe(blob.text);
    expect(await cached(blob.sha256)).toBeUndefined();
    await first.reader.keepMissed();
    expect(await cached(blob.sha256)).toBe(blob.text);

    const second = createReader([blob]);
    expect(await textOf(second.reader.read(blob.path))).toBe(blob.text);
    expect([first.outcomes, second.outcomes]).toEqual([['miss'], ['hit']]);
    expect(second.reads).toEqual([]);
  });

  test.each([
    ['another of the same length', (text: string) => text.replace(/./, 'X')],
    ['shorter', (text: string) => text.slice(1)],
    ['longer', (text: string) => `${text}X`],
  ])('that is %s in the cache is an error and is removed from the cache', async (_, change) => {
    const blob = await storedBlob();
    const headers = { 'cache-control': 'max-age=1000' };
    await caches.default.put(keyOf(blob.sha256), new Response(change(blob.text), { headers }));
    const { reader, outcomes } = createReader([blob]);
    await expect(textOf(reader.read(blob.path))).rejects.toThrow(blob.path);
    expect(reader.wasMisled).toBe(true);
    expect(outcomes).toEqual(['hit', 'damaged']);
    expect(await cached(blob.sha256)).toBeUndefined();
  });

  test('that is missing in storage is an error that does not blame the cache', async () => {
    const blob = { path: 'weights.bin', sha256: await sha256(ENCODER.encode('never stored')), bytes: 12 };
    const { reader } = createReader([blob]);
    await expect(textOf(reader.read(blob.path))).rejects.toThrow('the blob of weights.bin is missing');
    expect(reader.wasMisled).toBe(false);
    await reader.keepMissed();
    expect(await cached(blob.sha256)).toBeUndefined();
  });

  test.each([
    ['cannot be asked', { match: fail }],
    ['cannot keep', { put: fail }],
    ['can do nothing', { match: fail, put: fail, delete: fail }],
    [
      'throws at once',
      {
        match: () => {
          throw new Error('the cache is on fire');
        },
      },
    ],
  ])('is read from storage where the cache %s', async (_, faults) => {
    const blob = await storedBlob();
    const { reader, faults: heard } = createReader([blob], faulty(faults));
    expect(await textOf(reader.read(blob.path))).toBe(blob.text);
    await reader.keepMissed();
    expect(heard.join()).toContain('the cache is on fire');
  });
});

test('a cache that keeps nothing is not given more than one blob', async () => {
  const blobs = [await storedBlob('a'), await storedBlob('b'), await storedBlob('c')];
  let puts = 0;
  const cache = faulty({
    put: async (_, response) => {
      puts += 1;
      await response.arrayBuffer();
    },
  });
  const { reader } = createReader(blobs, cache);
  for (const { path, text } of blobs) expect(await textOf(reader.read(path))).toBe(text);
  await reader.keepMissed();
  expect(puts).toBe(1);
});

test('the next file is requested while one is read, and canceled if it is not used', async () => {
  const blobs = [await storedBlob('a'), await storedBlob('b'), await storedBlob('c')];
  const { reader, outcomes } = createReader(blobs);
  const pieces = reader.read('a');
  await pieces.next();
  await expect.poll(() => outcomes.length).toBe(2);
  expect(await textOf(reader.read('c'))).toBe(blobs[2]?.text);
  reader.close();
  expect(await textOf(reader.read('b'))).toBe(blobs[1]?.text);
});
