import { describe, expect, test } from 'vitest';
import { readPointer, updatePointer } from '../../../worker/registry/pointer/pointer_store.ts';
import {
  labelTransition,
  publishTransition,
  rollbackTransition,
} from '../../../worker/registry/pointer/pointer_transitions.ts';
import { pointerKey } from '../../../worker/registry/storage/storage_keys.ts';
import { wait } from '../../../worker/registry/storage/waiting.ts';
import { hookedObjectStore } from '../../fixtures/worker/hooked_object_store.ts';
import { bucket, changeRecord, uniqueModel } from '../../fixtures/worker/published_models.ts';

const immediately = { wait: () => Promise.resolve() };

async function storedPointer(model: string) {
  const read = await readPointer(bucket, model);
  if (read.kind !== 'found') throw new Error(`the pointer is ${read.kind}`);
  return read;
}

describe('updatePointer', () => {
  test('of many writers at once loses none and counts each once', async () => {
    const model = uniqueModel();
    await updatePointer(bucket, model, publishTransition('1.0.0', changeRecord()), immediately);
    const writers = Array.from({ length: 10 }, (_, writer) => `2.0.${writer}`);
    await Promise.all(
      writers.map((version) =>
        updatePointer(bucket, model, publishTransition(version, changeRecord()), { wait }),
      ),
    );
    const { pointer } = await storedPointer(model);
    expect(pointer.generation).toBe(11);
    expect(pointer.history.map(({ generation }) => generation)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(new Set(pointer.history.map(({ to }) => to))).toEqual(new Set(['1.0.0', ...writers]));
  });

  test('of publishers and rollers-back at once keeps every generation in the history once', async () => {
    const model = uniqueModel();
    await updatePointer(bucket, model, publishTransition('1.0.0', changeRecord()), immediately);
    await updatePointer(bucket, model, publishTransition('1.1.0', changeRecord()), immediately);
    const changes: string[] = [];
    const writer = async (name: number): Promise<void> => {
      for (let change = 0; change < 4; change++) {
        const record = { ...changeRecord(), by: `writer ${name}` };
        const transition =
          (name + change) % 2 === 0
            ? publishTransition(`2.${name}.${change}`, record)
            : rollbackTransition(undefined, record);
        const update = await updatePointer(bucket, model, transition, { wait });
        // A rollback after a rollback changes nothing.
        if (update.kind === 'unchanged') continue;
        if (update.kind !== 'changed') throw new Error(`a change was ${update.kind}`);
        expect(update.change.id).toBe(record.id);
        changes.push(record.id);
      }
    };
    await Promise.all(Array.from({ length: 10 }, (_, name) => writer(name)));
    const { pointer } = await storedPointer(model);
    const { history } = pointer;
    // The twenty publishes at least.
    expect(changes.length).toBeGreaterThanOrEqual(20);
    const generations = changes.length + 2;
    expect(pointer.generation).toBe(generations);
    expect(history.map(({ generation }) => generation)).toEqual(
      Array.from({ length: generations }, (_, age) => generations - age),
    );
    expect(new Set(history.slice(0, changes.length).map(({ id }) => id))).toEqual(new Set(changes));
    // Each change begins at the version at which the previous one ended, so none replaced the change of another writer.
    for (const [age, { from }] of history.slice(0, -1).entries()) expect(from).toBe(history[age + 1]?.to);
  });

  test('does not write twice when the answer to its write was lost', async () => {
    const model = uniqueModel();
    await updatePointer(bucket, model, publishTransition('1.0.0', changeRecord()), immediately);
    await updatePointer(bucket, model, publishTransition('1.1.0', changeRecord()), immediately);
    let lost = 0;
    const store = hookedObjectStore(bucket, {
      after: (operation) => {
        if (operation === 'put' && lost++ === 0) throw new Error('the connection broke');
      },
    });
    const update = await updatePointer(
      store,
      model,
      rollbackTransition(undefined, changeRecord()),
      immediately,
    );
    expect(lost).toBe(1);
    expect(update).toMatchObject({ kind: 'changed', change: { generation: 3, to: '1.0.0' } });
    expect((await storedPointer(model)).pointer).toMatchObject({ generation: 3, current: '1.0.0' });
  });

  test('recognizes its own lost write under those of others', async () => {
    const model = uniqueModel();
    await updatePointer(bucket, model, publishTransition('1.0.0', changeRecord()), immediately);
    let lost = 0;
    const store = hookedObjectStore(bucket, {
      after: async (operation) => {
        if (operation !== 'put' || lost++ > 0) return;
        await updatePointer(bucket, model, publishTransition('3.0.0', changeRecord()), immediately);
        throw new Error('the connection broke');
      },
    });
    const update = await updatePointer(store, model, publishTransition('2.0.0', changeRecord()), immediately);
    expect(update).toMatchObject({ kind: 'changed', change: { generation: 2, to: '2.0.0' } });
    expect((await storedPointer(model)).pointer).toMatchObject({ generation: 3, current: '3.0.0' });
  });

  test('tries again after a write that did not happen', async () => {
    const model = uniqueModel();
    let failures = 2;
    const store = hookedObjectStore(bucket, {
      before: (operation) => {
        if (operation === 'put' && failures-- > 0) throw new Error('storage is busy');
      },
    });
    await updatePointer(store, model, publishTransition('1.0.0', changeRecord()), immediately);
    expect((await storedPointer(model)).pointer).toMatchObject({ generation: 1, current: '1.0.0' });
  });

  test('fails with the storage fault when storage never answers', async () => {
    const store = hookedObjectStore(bucket, {
      before: () => {
        throw new Error('storage is down');
      },
    });
    const update = updatePointer(store, uniqueModel(), publishTransition('1.0.0', changeRecord()), {
      ...immediately,
      attempts: 3,
    });
    await expect(update).rejects.toThrow('storage is down');
  });

  test('never writes over a pointer that it cannot read', async () => {
    const model = uniqueModel();
    const garbage = new TextEncoder().encode('{"schema": 99}');
    await bucket.put(pointerKey(model), garbage, { condition: { kind: 'always' } });
    const update = updatePointer(bucket, model, publishTransition('1.0.0', changeRecord()), immediately);
    await expect(update).rejects.toMatchObject({ code: 'ERR_POINTER_MALFORMED' });
    const stored = await bucket.get(pointerKey(model));
    expect(stored.kind === 'found' && (await stored.object.text())).toBe('{"schema": 99}');
  });

  test('never writes two states of the pointer with the same etag', async () => {
    const model = uniqueModel();
    const etags = new Set<string>();
    await updatePointer(bucket, model, publishTransition('1.0.0', changeRecord()), immediately);
    await updatePointer(bucket, model, publishTransition('1.1.0', changeRecord()), immediately);
    etags.add((await storedPointer(model)).etag);
    for (let flip = 0; flip < 6; flip++) {
      const version = flip % 2 === 0 ? '1.0.0' : '1.1.0';
      await updatePointer(bucket, model, rollbackTransition(version, changeRecord()), immediately);
      etags.add((await storedPointer(model)).etag);
    }
    expect(etags.size).toBe(7);
  });
});

describe('an emergency while a change is scheduled', () => {
  const lease = { ms: 20_000, clockSkewMs: 100 };

  /** Flips to 2.0.0 at a moment in the distant future. */
  async function pendingFlip(model: string) {
    const agreement = { lease };
    for (const version of ['1.0.0', '2.0.0']) {
      await updatePointer(bucket, model, publishTransition(version, changeRecord()), { wait, agreement });
    }
    expect((await storedPointer(model)).pointer.pending).toBeDefined();
  }

  test('to the same state applies it at once, and the history has both', async () => {
    const model = uniqueModel();
    await pendingFlip(model);
    const record = { ...changeRecord(), by: 'ann', reason: 'hurry' };
    const update = await updatePointer(bucket, model, publishTransition('2.0.0', record), {
      ...immediately,
      id: record.id,
      agreement: { lease, immediately: true, record },
    });
    expect(update).toMatchObject({ kind: 'changed', effect: { settlesInMs: 20_200 } });
    const { pointer } = await storedPointer(model);
    expect(pointer).toMatchObject({ generation: 3, current: '2.0.0', previous: '1.0.0' });
    expect(pointer).not.toHaveProperty('pending');
    expect(pointer.history).toMatchObject([
      { generation: 3, to: '2.0.0', by: 'ann', reason: 'hurry' },
      { generation: 2, from: '1.0.0', to: '2.0.0', delayMs: 20_500 },
      { generation: 1 },
    ]);
  });

  test('leaves it scheduled where what is asked for was in effect before', async () => {
    const model = uniqueModel();
    const agreement = { lease };
    await updatePointer(bucket, model, publishTransition('1.0.0', changeRecord(), 'stable'), {
      ...immediately,
      agreement,
    });
    await updatePointer(bucket, model, publishTransition('2.0.0', changeRecord()), {
      ...immediately,
      agreement,
    });
    const record = changeRecord();
    const update = await updatePointer(bucket, model, labelTransition('stable', '1.0.0', record), {
      ...immediately,
      agreement: { lease, immediately: true, record },
    });
    expect(update).toMatchObject({ kind: 'unchanged' });
    expect((await storedPointer(model)).pointer).toMatchObject({
      generation: 2,
      pending: { before: { current: '1.0.0' } },
    });
  });

  test('and without an emergency it is waited for, which the caller is told', async () => {
    const model = uniqueModel();
    await pendingFlip(model);
    const waits: number[] = [];
    const record = changeRecord();
    const update = await updatePointer(bucket, model, publishTransition('2.0.0', record), {
      ...immediately,
      agreement: { lease },
      onSettling: (milliseconds) => waits.push(milliseconds),
    });
    expect(waits).toEqual([20_600]);
    expect(update.kind).not.toBe('refused');
  });
});
