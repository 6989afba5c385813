import { beforeEach, describe, expect, test } from 'vitest';
import { readPointer } from '../../../worker/registry/pointer/pointer_store.ts';
import { pruneModel } from '../../../worker/registry/prune/pruning.ts';
import { dropExpiredPublications, publishedNow } from '../../../worker/registry/publish/publication.ts';
import type { ObjectStore } from '../../../worker/registry/storage/object_store.ts';
import {
  blobKey,
  PUBLICATIONS_PREFIX,
  publicationKey,
} from '../../../worker/registry/storage/storage_keys.ts';
import { wait } from '../../../worker/registry/storage/waiting.ts';
import { hasBlob } from '../../../worker/registry/version/blob_store.ts';
import { listVersions, readManifest } from '../../../worker/registry/version/version_store.ts';
import { sha256 } from '../../fixtures/models/sha256.ts';
import { hookedObjectStore } from '../../fixtures/worker/hooked_object_store.ts';
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

async function announcements(): Promise<number> {
  let count = 0;
  for await (const _ of bucket.list(PUBLICATIONS_PREFIX)) count++;
  return count;
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

describe('publishVersion', () => {
  test('killed before or after any operation leaves serving untouched, and run again finishes', async () => {
    let operations = 0;
    const counted = uniqueModel();
    await publish(counted, '1.0.0');
    const counting = hookedObjectStore(bucket, {
      before: () => {
        operations++;
      },
    });
    await publish(counted, '1.1.0', { store: counting, files: FILES });
    expect(operations).toBeGreaterThan(8);

    for (let killedAt = 1; killedAt <= operations; killedAt++) {
      for (const moment of ['before', 'after'] as const) {
        const model = uniqueModel();
        await publish(model, '1.0.0');
        // Unique files, so that none exists from an earlier round.
        const files = Object.fromEntries(
          Object.entries(FILES).map(([path, text]) => [path, `${text} ${model}`]),
        );
        let done = 0;
        const kill = (): void => {
          if (++done >= killedAt) throw new Error('killed');
        };
        // After the kill no operation reaches storage, not even a cleanup.
        const store = hookedObjectStore(bucket, {
          before: () => {
            if (moment === 'before') kill();
            else if (done >= killedAt) throw new Error('killed');
          },
          after: () => {
            if (moment === 'after') kill();
          },
        });
        await publish(model, '1.1.0', { store, files, wait: () => Promise.resolve() }).catch(() => undefined);
        const flipped = (await current(model)) === '1.1.0';
        expect(await isWhole(model)).toBe(true);
        if (!flipped) expect(await current(model)).toBe('1.0.0');

        const again = await publish(model, '1.1.0', { files });
        expect(again.kind).toBe('published');
        expect(await current(model)).toBe('1.1.0');
        expect(await isWhole(model)).toBe(true);
      }
    }
  });

  test('refuses a version that exists with other content, and keeps what is there', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0', { files: { 'model.json': 'one' } });
    expect(await publish(model, '1.0.0', { files: { 'model.json': 'two' } })).toEqual({
      kind: 'version taken',
    });
    const read = await readManifest(bucket, model, '1.0.0');
    expect(read.kind === 'found' && read.manifest.content.blobs[0]?.bytes).toBe(3);
  });

  test('of the same content again uploads nothing', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0', { files: FILES });
    const again = await publish(model, '1.0.0', { files: FILES });
    expect(again).toMatchObject({
      kind: 'published',
      manifest: 'same',
      uploaded: [],
      flip: { kind: 'unchanged' },
    });
  });

  test('leaves no announcement behind', async () => {
    await publish(uniqueModel(), '1.0.0');
    await publish(uniqueModel(), '1.0.0', { flip: false });
    expect(await announcements()).toBe(0);
  });
});

describe('an announcement that a killed publisher left', () => {
  const key = publicationKey('killed', '1.0.0', 'left');
  const DAY_MS = 24 * 60 * 60 * 1000;
  const leave = async (blobs: readonly string[]): Promise<Date> => {
    const document = { schema: 1, model: 'killed', version: '1.0.0', blobs };
    const written = await bucket.put(key, new TextEncoder().encode(JSON.stringify(document)), {
      condition: { kind: 'always' },
    });
    if (written.kind === 'conflict') throw new Error('not written');
    return written.uploaded;
  };

  test('holds for a day, and is deleted after it', async () => {
    const uploaded = await leave([]);
    const at = (age: number): Date => new Date(uploaded.getTime() + age);
    await dropExpiredPublications(bucket, at(DAY_MS));
    expect((await publishedNow(bucket, 'killed', at(DAY_MS)))('1.0.0')).toBe(true);
    expect((await publishedNow(bucket, 'killed', at(DAY_MS + 1)))('1.0.0')).toBe(false);
    await dropExpiredPublications(bucket, at(DAY_MS + 1));
    expect((await bucket.head(key)).kind).toBe('missing');
  });

  test('protects its blobs from a prune, also where an earlier tool wrote it', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    const bytes = new TextEncoder().encode('relied on');
    const digest = await sha256(bytes);
    await bucket.put(blobKey(digest), bytes, { condition: { kind: 'always' } });
    await leave([digest]);
    const old = 'publications/0f3c.json';
    const document = { schema: 1, model, version: '0.9.0', blobs: [digest] };
    const text = new TextEncoder().encode(JSON.stringify(document));
    await bucket.put(old, text, { condition: { kind: 'always' } });
    expect((await publishedNow(bucket, model, new Date()))('0.9.0')).toBe(true);
    for (const last of [key, old]) {
      await prune(bucket, model, 0);
      expect((await bucket.head(blobKey(digest))).kind).toBe('found');
      await bucket.delete([last]);
    }
    await prune(bucket, model, 0);
    expect((await bucket.head(blobKey(digest))).kind).toBe('missing');
  });
});
