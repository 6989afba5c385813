import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readPointer } from '../../worker/registry/pointer/pointer_store.ts';
import { blobKey, pointerKey } from '../../worker/registry/storage/storage_keys.ts';
import { publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';
import { type AskOptions, useManagement } from './use_management.ts';

const { management, ask, change } = useManagement();

const always = { condition: { kind: 'always' } } as const;
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const put = (key: string, body: string, options: AskOptions = {}) =>
  ask('PUT', `/api/v1/objects/${key}`, { ...options, body });
describe('reading', () => {
  test.each([
    'models/../pruning.json',
    'models//pointer.json',
    'models/x/pointer.json/',
    'models/%2e%2e/pointer.json',
    'models/__proto__/pointer.json',
    'pruning.json%00',
    '..%2f..%2fetc',
    'models/served%2fpointer.json',
    'pruning/0123.json',
    'schedule.json',
    `blobs/sha256/${'A'.repeat(64)}`,
    `models/${encodeURIComponent('é')}/pointer.json`,
    `models/${'x'.repeat(5000)}/pointer.json`,
  ])('of %s finds nothing', async (key) => {
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
      const answer = await ask(method, `/api/v1/objects/${key}`, method === 'PUT' ? { body: 'x' } : {});
      expect([400, 404, 405], method).toContain(answer.status);
    }
  });

  test('lists the registry and nothing else of the bucket', async () => {
    await management().store.put('private/of-somebody', encode('x'), always);
    for (const prefix of ['', 'private/', 'p', 'pruning', 'model']) {
      const answer = await ask('GET', `/api/v1/objects?prefix=${prefix}`, { token: 'viewer' });
      expect(answer).toMatchObject({ status: 400 });
    }
    await management().store.delete(['private/of-somebody']);
  });

  test('ignores conditions and ranges that mean nothing here', async () => {
    const bytes = 'range of a blob';
    const key = blobKey(createHash('sha256').update(bytes).digest('hex'));
    await put(key, bytes, { token: 'ci' });
    for (const headers of [
      { range: 'bytes=3-5' },
      { 'if-none-match': '*' },
      { 'if-none-match': '"a", "b"' },
    ]) {
      expect(await ask('GET', `/api/v1/objects/${key}`, { token: 'viewer', headers })).toMatchObject({
        status: 200,
        body: bytes,
      });
    }
  });
});

test('a document in the bucket that is too large or too deep is reported and not read', async () => {
  await publishDirectory(management().store, `${SAMPLES}/half_plus_two/1.0.0`, 'large', '1.0.0');
  const read = await readPointer(management().store, 'large');
  if (read.kind !== 'found') throw new Error(read.kind);
  for (const [more, reason] of [
    ['x'.repeat(2 * 1024 * 1024), /the limit is 2097152 bytes/],
    [JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`), /nested deeper than 100/],
  ] as const) {
    await management().store.put(pointerKey('large'), encode({ ...read.pointer, more }), always);
    expect(await ask('GET', '/api/v1/models/large')).toMatchObject({
      status: 200,
      body: { pointer: null, pointerError: expect.stringMatching(reason) },
    });
    expect(await change('large', 'flip', { version: '1.0.0' }, '*')).toMatchObject({
      status: 409,
      body: { error: expect.stringMatching(reason) },
    });
  }
});
