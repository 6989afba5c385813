import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { newChangeRecord } from '../../../scripts/shared/change_record.ts';
import { blobKey, manifestKey, pointerKey } from '../../../worker/registry/keys.ts';
import { readPointer } from '../../../worker/registry/pointer_store.ts';
import { pruneTransition, rollbackTransition } from '../../../worker/registry/pointer_transitions.ts';
import { publishDirectory, SAMPLES } from '../../shared/publish_directory.ts';
import { type TokenName, useManagement } from './use_management.ts';

const { management, ask, publish } = useManagement();

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

  test('of a pointer follow the one before, name only what is published, and say whose token it was', async () => {
    await publish('pointed', '1.0.0');
    await publish('pointed', '1.1.0');
    const read = await readPointer(management().store, 'pointed');
    if (read.kind !== 'found') throw new Error(read.kind);
    const step = rollbackTransition(undefined, newChangeRecord({ by: 'ann' }))(read.pointer);
    if (step.kind !== 'changed') throw new Error(step.kind);
    const write = (pointer: object, headers: Record<string, string> = { 'if-match': `"${read.etag}"` }) =>
      put(pointerKey('pointed'), new TextEncoder().encode(JSON.stringify(pointer)), headers, 'flipper');
    const next = step.pointer;
    for (const [fault, pointer] of [
      ['generation', { ...next, generation: 9 }],
      ['history', { ...next, history: next.history.slice(0, 1) }],
      ['not published', { ...next, next: { version: '8.0.0', stagedAt: '2026-11-22T12:00:00Z' } }],
    ] as const) {
      expect(await write(pointer)).toMatchObject({
        status: 409,
        body: { error: expect.stringContaining(fault) },
      });
    }
    expect(await write(next, {})).toMatchObject({ status: 428 });
    expect(await write(next, { 'if-match': '"old"' })).toMatchObject({ status: 412 });
    expect(await write(next)).toMatchObject({ status: 201 });
    expect(await readPointer(management().store, 'pointed')).toMatchObject({
      pointer: { current: '1.0.0', history: [{ by: 'ann via flipper' }, {}, {}] },
    });
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

  test('of a pointer retire nothing without the scope to publish, and are not larger than isolates want', async () => {
    await publish('unpruned', '1.0.0');
    await publish('unpruned', '1.1.0');
    await publishDirectory(management().store, `${SAMPLES}/half_plus_two/1.1.0`, 'unpruned', '1.2.0');
    const read = await readPointer(management().store, 'unpruned');
    if (read.kind !== 'found') throw new Error(read.kind);
    const step = pruneTransition(() => ['1.0.0'], newChangeRecord({ by: 'ann' }))(read.pointer);
    if (step.kind !== 'changed') throw new Error(step.kind);
    const write = (pointer: object, token: TokenName) =>
      put(
        pointerKey('unpruned'),
        new TextEncoder().encode(JSON.stringify(pointer)),
        { 'if-match': `"${read.etag}"` },
        token,
      );
    expect(await write(step.pointer, 'flipper')).toMatchObject({
      status: 403,
      body: { error: 'The token flipper has no scope "publish"' },
    });
    expect(await write({ ...step.pointer, retired: ['1.2.0'] }, 'ops')).toMatchObject({
      status: 409,
      body: { error: expect.stringContaining('names pruned versions: 1.2.0') },
    });
    expect(await write({ ...step.pointer, more: 'x'.repeat(1024 * 1024) }, 'ops')).toMatchObject({
      status: 413,
    });
    expect(await write(step.pointer, 'ops')).toMatchObject({ status: 201 });
  });

  test('of an announcement are what a prune can read', async () => {
    const announce = (text: string) => put('publications/one.json', new TextEncoder().encode(text), {}, 'ci');
    expect(await announce('{"schema":1}')).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('model') },
    });
    expect(await announce('{"schema":1,"model":"m","version":"1","blobs":[]}')).toMatchObject({
      status: 201,
    });
    await management().store.delete(['publications/one.json']);
  });

  test('are deleted as a prune deletes them: versions that are retired, and blobs under its lock', async () => {
    for (const version of ['1.0.0', '1.1.0'] as const) await publish('gone', version);
    await publishDirectory(management().store, `${SAMPLES}/half_plus_two/1.1.0`, 'gone', '1.2.0');
    const remove = (key: string) =>
      ask('POST', '/api/v1/deletions', { body: JSON.stringify({ keys: [key] }) });
    const blob = new TextEncoder().encode('needed by nobody');
    const digest = createHash('sha256').update(blob).digest('hex');
    await management().store.put(blobKey(digest), blob, { condition: { kind: 'always' } });
    expect(await remove(manifestKey('gone', '1.2.0'))).toMatchObject({
      status: 409,
      body: { error: expect.stringContaining('not retired') },
    });
    expect(await remove(blobKey(digest))).toMatchObject({
      status: 409,
      body: { error: expect.stringContaining('lock') },
    });
    expect((await management().store.head(manifestKey('gone', '1.2.0'))).kind).toBe('found');
    const lockBytes = new TextEncoder().encode('{"schema":1,"id":"x"}');
    const lock = await put('pruning.json', lockBytes, { 'if-none-match': '*' }, 'ops');
    expect(lock).toMatchObject({ status: 201 });
    expect(await remove(blobKey(digest))).toMatchObject({ status: 204 });
    expect(await remove('pruning.json')).toMatchObject({ status: 204 });
  });

  test('are deleted, pointers never', async () => {
    await publish('kept', '1.0.0');
    const remove = (token: TokenName, ...keys: string[]) =>
      ask('POST', '/api/v1/deletions', { token, body: JSON.stringify({ keys }) });
    expect(await remove('ops', pointerKey('kept'))).toMatchObject({ status: 403 });
    expect(await remove('ci', manifestKey('kept', '1.0.0'))).toMatchObject({ status: 403 });
    expect(await remove('ops', 'elsewhere')).toMatchObject({ status: 400 });
    expect((await management().store.head(manifestKey('kept', '1.0.0'))).kind).toBe('found');
  });
});
