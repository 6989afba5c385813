import { beforeEach, expect, test } from 'vitest';
import { advancePrune } from '../../../worker/registry/prune/advance.ts';
import { beginPrune } from '../../../worker/registry/prune/progress.ts';
import { PRUNING_LEASE_MS, PruningLeaseLostError } from '../../../worker/registry/prune/pruning_lock.ts';
import { readProgress, saveProgress } from '../../../worker/registry/prune/stored_progress.ts';
import type { ObjectStore } from '../../../worker/registry/storage/object_store.ts';
import { BLOBS_PREFIX, PRUNING_KEY } from '../../../worker/registry/storage/storage_keys.ts';
import { wait } from '../../../worker/registry/storage/waiting.ts';
import { hookedObjectStore } from '../../fixtures/worker/hooked_object_store.ts';
import {
  bucket,
  changeRecord,
  emptyBucket,
  publish,
  uniqueModel,
} from '../../fixtures/worker/published_models.ts';

beforeEach(emptyBucket);

async function blobCount(): Promise<number> {
  let count = 0;
  for await (const _ of bucket.list(BLOBS_PREFIX)) count++;
  return count;
}

/** A model for which a prune deletes one version with one file. */
async function modelToPrune(): Promise<string> {
  const model = uniqueModel();
  for (const version of ['1.0.0', '2.0.0', '3.0.0']) await publish(model, version);
  return model;
}

const record = changeRecord();
/** One part of a prune with the least possible work. */
async function part(store: ObjectStore, model: string) {
  const stored = await readProgress(bucket, record.id);
  const progress = stored?.progress ?? beginPrune({ model, keep: 0, dryRun: false });
  const outcome = await advancePrune(store, progress, {
    record,
    wait,
    holdsLock: stored?.holdsLock ?? false,
    mayGoOn: () => false,
    onBlobs: () => undefined,
  });
  if (outcome.kind === 'more')
    await saveProgress(bucket, record.id, { progress, holdsLock: outcome.holdsLock });
  return outcome;
}

test('a prune in the smallest parts has the result of a single one', async () => {
  const model = await modelToPrune();
  const kinds: string[] = [];
  do kinds.push((await part(bucket, model)).kind);
  while (kinds.at(-1) === 'more');
  expect(kinds.length).toBeGreaterThan(3);
  expect(kinds.at(-1)).toBe('done');
  expect(await blobCount()).toBe(2);
  expect((await bucket.head(PRUNING_KEY)).kind).toBe('missing');
});

test('a prune whose lock expired between two parts deletes nothing more', async () => {
  const model = await modelToPrune();
  while ((await part(bucket, model)).kind === 'more') {
    if ((await readProgress(bucket, record.id))?.holdsLock) break;
  }
  // By the clock of the storage, the next part is too late. A publish may have seen the lock expire.
  const late: ObjectStore = {
    ...hookedObjectStore(bucket, {}),
    put: async (key, value, options) => {
      const result = await bucket.put(key, value, options);
      if (result.kind === 'conflict') return result;
      return { ...result, uploaded: new Date(result.uploaded.getTime() + PRUNING_LEASE_MS + 1000) };
    },
  };
  await expect(part(late, model)).rejects.toThrow(PruningLeaseLostError);
  expect(await blobCount()).toBe(3);
  expect((await bucket.head(PRUNING_KEY)).kind).toBe('missing');
});
