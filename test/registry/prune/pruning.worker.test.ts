import { beforeEach, describe, expect, test } from 'vitest';
import { readPointer, updatePointer } from '../../../worker/registry/pointer/pointer_store.ts';
import { rollbackTransition } from '../../../worker/registry/pointer/pointer_transitions.ts';
import { pruneModel } from '../../../worker/registry/prune/pruning.ts';
import type { ObjectStore } from '../../../worker/registry/storage/object_store.ts';
import { BLOBS_PREFIX } from '../../../worker/registry/storage/storage_keys.ts';
import { wait } from '../../../worker/registry/storage/waiting.ts';
import { hasBlob } from '../../../worker/registry/version/blob_store.ts';
import { listVersions, readManifest } from '../../../worker/registry/version/version_store.ts';
import { hookedObjectStore, type StoreOperation } from '../../fixtures/worker/hooked_object_store.ts';
import {
  bucket,
  changeRecord,
  emptyBucket,
  publish,
  uniqueModel,
} from '../../fixtures/worker/published_models.ts';

async function current(model: string): Promise<string | undefined> {
  const read = await readPointer(bucket, model);
  return read.kind === 'found' ? read.pointer.current : undefined;
}

const prune = (store: ObjectStore, model: string, keep: number) =>
  pruneModel(store, model, { keep, dryRun: false, record: changeRecord(), wait });

/** True if every file of every listed version is in the bucket. */
async function isWhole(model: string): Promise<boolean> {
  for (const version of await listVersions(bucket, model)) {
    const read = await readManifest(bucket, model, version);
    if (read.kind !== 'found') return false;
    for (const blob of read.manifest.content.blobs) {
      if (!(await hasBlob(bucket, blob.sha256, blob.bytes))) return false;
    }
  }
  return true;
}

// A prune reads every manifest, so manifests of other tests would slow it down.
beforeEach(emptyBucket);

const FILES = { 'model.json': 'topology', 'a.bin': 'weights a', 'b.bin': 'weights b' };

describe('pruneModel', () => {
  test('keeps the newest and all that the pointer names, and deletes the rest with its blobs', async () => {
    const model = uniqueModel();
    for (const version of ['1.0.0', '1.1.0', '1.2.0', '1.3.0', '1.4.0']) await publish(model, version);
    const target = rollbackTransition('1.1.0', changeRecord());
    await updatePointer(bucket, model, target, { wait });
    const result = await prune(bucket, model, 1);
    expect(result).toMatchObject({
      kind: 'pruned',
      versions: ['1.0.0', '1.2.0', '1.3.0'],
      kept: ['1.1.0', '1.4.0'],
    });
    expect(await listVersions(bucket, model)).toEqual(['1.1.0', '1.4.0']);
    expect(await isWhole(model)).toBe(true);
  });

  test('keeps a blob that another model needs', async () => {
    const [one, other] = [uniqueModel(), uniqueModel()];
    const shared = { 'model.json': `shared by ${one}` };
    await publish(one, '1.0.0', { files: shared });
    await publish(other, '1.0.0', { files: shared });
    await publish(one, '2.0.0');
    await publish(one, '3.0.0');
    await prune(bucket, one, 1);
    expect(await isWhole(other)).toBe(true);
  });

  test('at any moment of a publish deletes nothing that the publish needs', async () => {
    const operations: StoreOperation[] = [];
    const counting = hookedObjectStore(bucket, {
      before: (operation) => {
        operations.push(operation);
      },
    });
    await publish(uniqueModel(), '1.0.0', { store: counting, files: FILES });
    for (let moment = 0; moment < operations.length; moment++) {
      const model = uniqueModel();
      // The blobs already exist in a version that the prune will delete.
      const files = { 'model.json': `left over ${model}`, 'w.bin': `weights ${model}` };
      await publish(model, '1.0.0', { files });
      await publish(model, '2.0.0');
      await publish(model, '3.0.0');
      let reached = 0;
      const store = hookedObjectStore(bucket, {
        before: async () => {
          if (reached++ === moment) await prune(bucket, model, 0);
        },
      });
      const published = await publish(model, '4.0.0', { store, files });
      expect(published).toMatchObject({ kind: 'published', flip: { kind: 'changed' } });
      expect(await current(model)).toBe('4.0.0');
      expect(await isWhole(model)).toBe(true);
    }
  });

  test('deletes nothing that a publish needs, at whatever moment of the prune it begins', async () => {
    let operations = 0;
    const prepare = async (model: string) => {
      const files = { 'model.json': `left over ${model}`, 'w.bin': `weights ${model}` };
      await publish(model, '1.0.0', { files });
      await publish(model, '2.0.0');
      await publish(model, '3.0.0');
      return files;
    };
    const counted = uniqueModel();
    await prepare(counted);
    const counting = hookedObjectStore(bucket, {
      before: () => {
        operations++;
      },
    });
    await prune(counting, counted, 0);
    for (let moment = 0; moment < operations; moment++) {
      const model = uniqueModel();
      const files = await prepare(model);
      let reached = 0;
      let publishing: ReturnType<typeof publish> | undefined;
      const store = hookedObjectStore(bucket, {
        before: async () => {
          if (reached++ !== moment) return;
          // In the worst case, it sees that a blob exists, and continues only after the prune.
          const slow = hookedObjectStore(bucket, {
            after: (operation, key) =>
              operation === 'head' && key.startsWith(BLOBS_PREFIX) ? pruned.promise : undefined,
          });
          publishing = publish(model, '4.0.0', { files, store: slow });
          // The publish may wait for the prune, so the prune must not wait for it.
          await wait(30);
        },
      });
      const pruned = Promise.withResolvers<void>();
      await prune(store, model, 0);
      pruned.resolve();
      if (publishing === undefined) continue;
      expect(await publishing).toMatchObject({ kind: 'published', flip: { kind: 'changed' } });
      expect(await isWhole(model)).toBe(true);
    }
  });

  test('and a rollback to a version that is being pruned: one of the two wins, and what is served is whole', async () => {
    for (let round = 0; round < 8; round++) {
      const model = uniqueModel();
      for (const version of ['1.0.0', '2.0.0', '3.0.0']) await publish(model, version);
      const rollback = updatePointer(bucket, model, rollbackTransition('1.0.0', changeRecord()), { wait });
      const [, rolledBack] = await Promise.all([prune(bucket, model, 0), rollback]);
      expect(await current(model)).toBe(rolledBack.kind === 'changed' ? '1.0.0' : '3.0.0');
      const served = await readManifest(bucket, model, (await current(model)) ?? '');
      expect(served.kind).toBe('found');
    }
  });

  test('does not let a pruned version come back', async () => {
    const model = uniqueModel();
    for (const version of ['1.0.0', '2.0.0', '3.0.0']) await publish(model, version);
    await prune(bucket, model, 0);
    const rollback = await updatePointer(bucket, model, rollbackTransition('1.0.0', changeRecord()), {
      wait,
    });
    expect(rollback).toMatchObject({ kind: 'refused', reason: expect.stringContaining('pruned') });
  });

  test('deletes no blob while a manifest cannot be read', async () => {
    const model = uniqueModel();
    for (const version of ['1.0.0', '2.0.0', '3.0.0']) await publish(model, version);
    const key = `models/${model}/versions/2.5.0/manifest.json`;
    await bucket.put(key, new TextEncoder().encode('{}'), { condition: { kind: 'always' } });
    const blobs = async () => {
      const keys: string[] = [];
      for await (const blob of bucket.list(BLOBS_PREFIX)) keys.push(blob.key);
      return keys;
    };
    const before = await blobs();
    await expect(prune(bucket, model, 5)).rejects.toThrow(/malformed/);
    expect(await blobs()).toEqual(before);
    await bucket.delete([key]);
  });
});
