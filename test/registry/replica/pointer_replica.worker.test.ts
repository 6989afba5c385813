import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { KvPointerReplica, pointerReplicaOf } from '../../../worker/registry/replica/kv_pointer_replica.ts';
import {
  type PointerReplica,
  readReplicatedPointer,
  repairReplica,
  replicaState,
} from '../../../worker/registry/replica/pointer_replica.ts';
import { ReplicatingObjectStore } from '../../../worker/registry/storage/replicating_object_store.ts';
import { pointerKey } from '../../../worker/registry/storage/storage_keys.ts';
import { PointerSource, pointerReader } from '../../../worker/serving/request/pointer_source.ts';
import { bucket, publish, uniqueModel } from '../../fixtures/worker/published_models.ts';

const wait = () => Promise.resolve();

function kv(): PointerReplica {
  const replica = pointerReplicaOf(env);
  if (replica === undefined) throw new Error('no namespace is bound');
  return replica;
}

function replicating(replica: PointerReplica = kv(), store = bucket) {
  const faults: string[] = [];
  const onFault = (model: string, error: unknown) => faults.push(`${model}: ${error}`);
  return { store: new ReplicatingObjectStore(store, replica, { wait, onFault }), faults };
}

describe('the replica of a pointer', () => {
  test('holds what a writer wrote to the bucket', async () => {
    const model = uniqueModel();
    const { store, faults } = replicating();
    await publish(model, '1.0.0', { store });
    await publish(model, '1.1.0', { store });
    expect(await readReplicatedPointer(bucket, kv(), model)).toMatchObject({
      kind: 'found',
      pointer: { current: '1.1.0', generation: 2 },
    });
    expect(faults).toEqual([]);
  });

  test('is not parsed again while it has not changed', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0', { store: replicating().store });
    const read = await readReplicatedPointer(bucket, kv(), model);
    if (read.kind !== 'found') throw new Error(read.kind);
    expect(await readReplicatedPointer(bucket, kv(), model, read.etag)).toEqual({ kind: 'unchanged' });
  });

  test.each([
    ['has nothing', undefined],
    ['holds garbage', '{"generation":'],
    ['holds another document', '{"schema":1}'],
  ])('is passed over where it %s', async (_, document) => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    if (document !== undefined) await kv().write(model, document);
    expect(await readReplicatedPointer(bucket, kv(), model)).toMatchObject({
      kind: 'found',
      pointer: { current: '1.0.0' },
    });
    expect(await replicaState(kv(), model, 1)).toEqual({ kind: 'behind', generation: null });
  });

  test('is passed over where it cannot be read', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    const broken: PointerReplica = {
      read: () => Promise.reject(new Error('KV is down')),
      write: () => Promise.reject(new Error('KV is down')),
    };
    expect(await readReplicatedPointer(bucket, broken, model)).toMatchObject({ kind: 'found' });
  });

  test('that cannot be written fails no flip, and is repaired by the next reader', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0', { store: replicating().store });
    const broken: PointerReplica = {
      read: (name) => kv().read(name),
      write: () => Promise.reject(new Error('429 Too Many Requests')),
    };
    const { store, faults } = replicating(broken);
    await publish(model, '1.1.0', { store });
    expect(faults).toEqual([`${model}: Error: 429 Too Many Requests`]);
    expect(await replicaState(kv(), model, 2)).toEqual({ kind: 'behind', generation: 1 });

    const next = replicating();
    await next.store.get(pointerKey(model));
    await next.store.repair();
    expect(await replicaState(kv(), model, 2)).toEqual({ kind: 'same' });
    expect(await repairReplica(bucket, kv(), model, wait)).toBe(false);
  });

  test('ends with the newest pointer when a slow writer comes last', async () => {
    const model = uniqueModel();
    await publish(model, '1.0.0');
    const documents: string[] = [];
    const [reached, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const replica: PointerReplica = {
      read: async () => documents.at(-1),
      write: async (_, document) => {
        if (document.includes('"current": "1.1.0"')) {
          reached.resolve();
          await release.promise;
        }
        documents.push(document);
      },
    };
    const slow = publish(model, '1.1.0', { store: replicating(replica).store });
    await reached.promise;
    await publish(model, '1.2.0', { store: replicating(replica).store });
    expect(await replicaState(replica, model, 3)).toEqual({ kind: 'same' });
    release.resolve();
    await slow;
    expect(await replicaState(replica, model, 3)).toEqual({ kind: 'same' });
    expect(documents).toHaveLength(3);
  });

  test('never takes an isolate back to an older generation', async () => {
    const model = uniqueModel();
    const { store } = replicating();
    await publish(model, '1.0.0', { store });
    const old = await kv().read(model);
    await publish(model, '1.1.0', { store });
    const source = new PointerSource(pointerReader(bucket, kv()), {
      leaseLimitMs: 0,
      sleep: async () => {},
      timeoutMs: 5_000,
      now: () => Date.now(),
      onPointer: () => {},
    });
    expect(await source.check(model)).toMatchObject({ pointer: { current: '1.1.0' } });
    if (old === undefined) throw new Error('no replica');
    await kv().write(model, old);
    expect(await source.check(model)).toMatchObject({ kind: 'fresh', pointer: { current: '1.1.0' } });
  });

  test('exists only if a namespace is bound', () => {
    expect(pointerReplicaOf({})).toBeUndefined();
    expect(kv()).toBeInstanceOf(KvPointerReplica);
  });
});
