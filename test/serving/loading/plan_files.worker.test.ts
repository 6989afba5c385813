import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ObjectStore } from '../../../worker/registry/storage/object_store.ts';
import { blobKey } from '../../../worker/registry/storage/storage_keys.ts';
import type { BlobCache } from '../../../worker/registry/version/blob_cache.ts';
import { writeBlob } from '../../../worker/registry/version/blob_store.ts';
import type { Manifest } from '../../../worker/registry/version/manifest.ts';
import { runtimeDigest } from '../../../worker/runtime/kernels/runtime_digest.ts';
import { openPlanFiles } from '../../../worker/serving/loading/plan_files.ts';
import { sha256 } from '../../fixtures/models/sha256.ts';
import { hookedObjectStore } from '../../fixtures/worker/hooked_object_store.ts';
import { bucket, createManifest } from '../../fixtures/worker/published_models.ts';

const plans = ['first', 'second'].map((text) => new TextEncoder().encode(text));

/** A manifest of two proofs with a plan each, which are in the bucket, and one without. */
async function planned(runtime = runtimeDigest() ?? ''): Promise<{ manifest: Manifest; keys: string[] }> {
  const { manifest } = await createManifest('planned', '1.0.0', { 'model.json': '{}' });
  const digests = await Promise.all(plans.map((plan) => sha256(plan)));
  for (const [index, plan] of plans.entries()) await writeBlob(bucket, digests[index] ?? '', plan);
  const shape = { probe: 0, inputs: [], outputs: [], mayCopy: true, mayReorder: true };
  const named = plans.map(({ length }, index) => ({ sha256: digests[index] ?? '', bytes: length }));
  const [first, second] = named;
  if (first === undefined || second === undefined) throw new Error('there are two plans');
  return {
    keys: digests.map(blobKey),
    manifest: {
      ...manifest,
      rehearsal: {
        ...{ kind: 'rehearsed', at: '2026-12-01T12:00:00.000Z', worker: 'test' },
        figures: { loadMs: 1, firstMs: null, medianMs: null, heapBytes: 1, emptyHeapBytes: 0 },
        golden: { examples: 0, largestDifference: null },
        proofs: { runtime, shapes: [{ ...shape, plan: first }, shape, { ...shape, plan: second }] },
      },
    },
  };
}

async function opened(store: ObjectStore, manifest: Manifest, cache?: BlobCache) {
  const faults: string[] = [];
  const found = await openPlanFiles({ store, cache }, manifest, (reason) => faults.push(reason)).files;
  return { faults, found: [0, 1, 2].map((index) => found[index] && new TextDecoder().decode(found[index])) };
}

afterEach(() => {
  vi.useRealTimers();
});

test('the plans of a version are read in the order of their proofs', async () => {
  const { manifest } = await planned();
  expect(await opened(bucket, manifest)).toEqual({ faults: [], found: ['first', undefined, 'second'] });
});

test('the plans of another runtime are not read', async () => {
  const { manifest } = await planned('ab'.repeat(32));
  const read: string[] = [];
  const store = hookedObjectStore(bucket, { before: (_, key) => void read.push(key) });
  expect(await opened(store, manifest)).toEqual({ faults: [], found: [undefined, undefined, undefined] });
  expect(read).toEqual([]);
});

describe('a plan', () => {
  test('whose storage fails twice is left out, and fails nothing', async () => {
    const { manifest, keys } = await planned();
    const store = hookedObjectStore(bucket, {
      before: (_, key) => {
        if (key === keys[0]) throw new Error('the storage is broken');
      },
    });
    expect(await opened(store, manifest)).toEqual({
      faults: ['the storage is broken'],
      found: [undefined, undefined, 'second'],
    });
  });

  test('whose storage never answers is waited for two seconds', async () => {
    const { manifest, keys } = await planned();
    vi.useFakeTimers();
    const store = hookedObjectStore(bucket, {
      before: (_, key) => (key === keys[1] ? new Promise<void>(() => undefined) : undefined),
    });
    const reading = opened(store, manifest);
    let isSettled = false;
    void reading.then(() => {
      isSettled = true;
    });
    await vi.advanceTimersByTimeAsync(1999);
    expect(isSettled).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await reading).toEqual({
      faults: ['it took more than 2 seconds to read'],
      found: ['first', undefined, undefined],
    });
  });

  test('that the cache has damaged is read from storage, and dropped there', async () => {
    const { manifest, keys } = await planned();
    const dropped: string[] = [];
    const cache: BlobCache = {
      open: async (digest) =>
        blobKey(digest) === keys[0] ? (new Response('fjrst').body ?? undefined) : undefined,
      keep: async () => undefined,
      drop: async (digest) => void dropped.push(blobKey(digest)),
    };
    expect(await opened(bucket, manifest, cache)).toEqual({
      faults: [],
      found: ['first', undefined, 'second'],
    });
    expect(dropped).toEqual([keys[0]]);
  });
});
