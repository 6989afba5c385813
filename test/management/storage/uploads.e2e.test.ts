import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { blobKey, manifestKey } from '../../../worker/registry/storage/storage_keys.ts';
import { type TokenName, useManagement } from '../use_management.ts';

const { ask, publish } = useManagement();

describe('uploads', () => {
  const bytes = new TextEncoder().encode('weights');
  const digest = createHash('sha256').update(bytes).digest('hex');
  const put = (
    key: string,
    body: Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
    token: TokenName = 'ci',
  ) => ask('PUT', `/api/v1/objects/${key}`, { token, headers, body });

  test('of blobs are checked by the digest of their key, and found again by it', async () => {
    expect(await put(blobKey(digest), new TextEncoder().encode('Weights'))).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining(digest) },
    });
    expect(await ask('HEAD', `/api/v1/objects/${blobKey(digest)}`)).toMatchObject({ status: 404 });
    expect(await put(blobKey(digest), bytes)).toMatchObject({ status: 201 });
    expect(await ask('HEAD', `/api/v1/objects/${blobKey(digest)}`)).toMatchObject({ status: 200 });
  });

  test('larger than the limit are refused', async () => {
    expect(await put(blobKey(digest), new Uint8Array(1024 * 1024 + 1))).toMatchObject({ status: 413 });
  });

  test('of a manifest come after its blobs, and once', async () => {
    const read = await (async () => {
      await publish('source', '1.0.0');
      return ask('GET', '/api/v1/models/source/versions/1.0.0');
    })();
    const manifest = { ...Object(read.body), model: 'copied' };
    const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
    const key = manifestKey('copied', '1.0.0');
    const absent = { 'if-none-match': '*' };
    const lacking = structuredClone(manifest);
    lacking.content.blobs[0].sha256 = 'a'.repeat(64);
    expect(await put(key, encode(lacking), absent)).toMatchObject({ status: 409 });
    expect(await put(key, encode(read.body), absent)).toMatchObject({ status: 400 });
    expect(await put(key, encode({}), absent)).toMatchObject({ status: 400 });
    expect(await put(key, encode(manifest))).toMatchObject({ status: 428 });
    expect(await put(key, encode(manifest), absent)).toMatchObject({ status: 201 });
    expect(await put(key, encode(manifest), absent)).toMatchObject({ status: 412 });
  });

  test.each([
    '..%2f..%2fsecret',
    'models/%2e%2e/pointer.json',
    'models/half/versions/..%2f1/manifest.json',
    'models/half/versions/01.0.0/manifest.json',
    'blobs/sha256/short',
    `blobs/sha256/${'A'.repeat(64)}`,
    'publications/../pointer.json',
    'somewhere.json',
    `models/${'x'.repeat(200)}/pointer.json`,
  ])('to %s are refused', async (key) => {
    const answer = await put(key, bytes, { 'if-none-match': '*' }, 'ops');
    expect([400, 404]).toContain(answer.status);
  });
});
