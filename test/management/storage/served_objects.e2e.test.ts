import { describe, expect, test } from 'vitest';
import { readPointer } from '../../../worker/registry/pointer/pointer_store.ts';
import {
  blobKey,
  manifestKey,
  PRUNING_KEY,
  pointerKey,
} from '../../../worker/registry/storage/storage_keys.ts';
import { type AskOptions, type TokenName, useManagement } from '../use_management.ts';

const { management, ask, change, publish } = useManagement();

const always = { condition: { kind: 'always' } } as const;
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const put = (key: string, body: string, options: AskOptions = {}) =>
  ask('PUT', `/api/v1/objects/${key}`, { ...options, body });
const everyToken: readonly TokenName[] = ['viewer', 'ci', 'flipper', 'other', 'ops'];

async function snapshot(): Promise<Record<string, string>> {
  const objects: Record<string, string> = {};
  for await (const { key, etag } of management().store.list('')) objects[key] = etag;
  return objects;
}
describe('what is served', () => {
  test('cannot be deleted by any token, whatever lock it claims', async () => {
    await publish('served', '1.0.0');
    await publish('served', '1.1.0');
    const manifest = await ask('GET', '/api/v1/models/served/versions/1.1.0');
    const blobs: readonly { readonly sha256: string }[] = Object(manifest.body).content.blobs;
    const keys = [
      ...blobs.map(({ sha256 }) => blobKey(sha256)),
      manifestKey('served', '1.1.0'),
      pointerKey('served'),
    ];
    const before = await snapshot();
    for (const token of everyToken) {
      const lock = JSON.stringify({ schema: 1, id: 'made up', owner: token });
      const headers = { 'if-none-match': '*' };
      for (const text of ['hello', lock]) {
        expect(await put(PRUNING_KEY, text, { token, headers })).toMatchObject({ status: 405 });
      }
      expect(await put(`${PRUNING_KEY}.clock`, '{}', { token })).toMatchObject({ status: 405 });
      const all = await ask('POST', '/api/v1/deletions', { token, body: JSON.stringify({ keys }) });
      expect(all).toMatchObject({
        status: 405,
        body: { error: expect.stringContaining('update the edge-serving') },
      });
      for (const key of keys) {
        expect(await ask('DELETE', `/api/v1/objects/${key}`, { token })).toMatchObject({ status: 405 });
      }
    }
    expect(await snapshot()).toEqual(before);
  });

  test('is not deleted while another process holds a real lock', async () => {
    await publish('guarded', '1.0.0');
    await management().store.put(PRUNING_KEY, encode({ schema: 1, id: 'another' }), always);
    try {
      const before = await snapshot();
      expect(await change('guarded', 'prune', { keep: 0 }, '*')).toMatchObject({
        status: 409,
        body: { error: expect.stringContaining('another prune holds the lock until') },
      });
      expect(await snapshot()).toEqual(before);
    } finally {
      await management().store.delete([PRUNING_KEY]);
    }
  });

  test('is not deleted if an earlier falsified pointer names a version as pruned', async () => {
    await publish('mixed', '1.0.0');
    await publish('mixed', '1.1.0');
    const read = await readPointer(management().store, 'mixed');
    if (read.kind !== 'found') throw new Error(read.kind);
    const lie = { ...read.pointer, retired: ['1.0.0', '1.1.0'] };
    await management().store.put(pointerKey('mixed'), encode(lie), always);
    expect(await change('mixed', 'prune', { keep: 0 }, '*')).toMatchObject({
      status: 200,
      body: { versions: [], kept: ['1.0.0', '1.1.0'] },
    });
    for (const version of ['1.0.0', '1.1.0']) {
      expect(await management().store.head(manifestKey('mixed', version))).toMatchObject({ kind: 'found' });
    }
  });
});
