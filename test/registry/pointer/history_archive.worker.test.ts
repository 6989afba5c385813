import { describe, expect, test } from 'vitest';
import { completeHistory } from '../../../worker/registry/pointer/history_archive.ts';
import { HISTORY_LENGTH } from '../../../worker/registry/pointer/pointer.ts';
import { requirePointer, updatePointer } from '../../../worker/registry/pointer/pointer_store.ts';
import { publishTransition } from '../../../worker/registry/pointer/pointer_transitions.ts';
import type { ObjectStore } from '../../../worker/registry/storage/object_store.ts';
import { historyKey, historyPrefix, pointerKey } from '../../../worker/registry/storage/storage_keys.ts';
import { wait } from '../../../worker/registry/storage/waiting.ts';
import { hookedObjectStore } from '../../fixtures/worker/hooked_object_store.ts';
import { bucket, changeRecord, uniqueModel } from '../../fixtures/worker/published_models.ts';

const immediately = { wait: () => Promise.resolve() };
const generations = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Publishes 1.0.FROM to 1.0.TO, one after the other. The generation of each is its number. */
async function publishEach(model: string, from: number, to: number, store = bucket): Promise<void> {
  for (const generation of generations(from, to)) {
    const transition = publishTransition(`1.0.${generation}`, changeRecord());
    await updatePointer(store, model, transition, immediately);
  }
}

async function pointerOf(model: string) {
  const pointer = await requirePointer(bucket, model);
  if (pointer === undefined) throw new Error('there is no pointer');
  return pointer;
}

async function history(model: string, store: ObjectStore = bucket) {
  return completeHistory(store, model, await pointerOf(model));
}

async function archived(model: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of bucket.list(historyPrefix(model))) keys.push(key);
  return keys;
}

describe('the complete history', () => {
  test('has every change once and in order, also those that the pointer dropped', async () => {
    const model = uniqueModel();
    await publishEach(model, 1, HISTORY_LENGTH);
    expect(await archived(model)).toEqual([]);
    await publishEach(model, HISTORY_LENGTH + 1, HISTORY_LENGTH + 3);
    const { history: kept } = await pointerOf(model);
    expect(kept).toHaveLength(HISTORY_LENGTH);
    expect(await archived(model)).toEqual([1, 2, 3].map((generation) => historyKey(model, generation)));
    const { entries, gaps } = await history(model);
    expect(gaps).toEqual([]);
    expect(entries.map(({ generation, to }) => [generation, to])).toEqual(
      generations(1, HISTORY_LENGTH + 3).map((generation) => [generation, `1.0.${generation}`]),
    );
    expect(entries.slice(3)).toEqual(kept.toReversed());
  });

  test('loses nothing to a writer that dies between the two writes, and counts nothing that was not made', async () => {
    const model = uniqueModel();
    await publishEach(model, 1, HISTORY_LENGTH);
    const dies = hookedObjectStore(bucket, {
      before: (operation, key) => {
        if (operation === 'put' && key === pointerKey(model)) throw new Error('killed');
      },
    });
    const transition = publishTransition('9.9.9', changeRecord());
    await expect(updatePointer(dies, model, transition, { ...immediately, attempts: 2 })).rejects.toThrow(
      'killed',
    );
    // The first change is in the archive and still in the pointer.
    expect(await archived(model)).toEqual([historyKey(model, 1)]);
    const made = generations(1, HISTORY_LENGTH).map((generation) => `1.0.${generation}`);
    expect((await history(model)).entries.map(({ to }) => to)).toEqual(made);
    await publishEach(model, HISTORY_LENGTH + 1, HISTORY_LENGTH + 1);
    expect((await history(model)).entries.map(({ to }) => to)).toEqual([
      ...made,
      `1.0.${HISTORY_LENGTH + 1}`,
    ]);
  });

  test('is not dropped from the pointer while the archive cannot be written', async () => {
    const model = uniqueModel();
    await publishEach(model, 1, HISTORY_LENGTH);
    const broken = hookedObjectStore(bucket, {
      before: (operation, key) => {
        if (operation === 'put' && key !== pointerKey(model)) throw new Error('storage is broken');
      },
    });
    const transition = publishTransition('9.9.9', changeRecord());
    await expect(updatePointer(broken, model, transition, { ...immediately, attempts: 2 })).rejects.toThrow(
      'storage is broken',
    );
    expect(await pointerOf(model)).toMatchObject({ generation: HISTORY_LENGTH });
  });

  test('has every change of writers that race', async () => {
    const model = uniqueModel();
    await publishEach(model, 1, HISTORY_LENGTH);
    const writer = async (name: number): Promise<void> => {
      for (const change of [1, 2, 3]) {
        const transition = publishTransition(`2.${name}.${change}`, changeRecord());
        await updatePointer(bucket, model, transition, { wait });
      }
    };
    await Promise.all([0, 1, 2, 3].map(writer));
    const { entries, gaps } = await history(model);
    expect(gaps).toEqual([]);
    expect(entries.map(({ generation }) => generation)).toEqual(generations(1, HISTORY_LENGTH + 12));
    expect(new Set(entries.map(({ id }) => id)).size).toBe(HISTORY_LENGTH + 12);
    // Each change begins at the version at which the previous one ended.
    for (const [index, { from }] of entries.slice(1).entries()) expect(from).toBe(entries[index]?.to);
  });

  test('of a pointer that was read is that of its generation, although changes were made since', async () => {
    const model = uniqueModel();
    await publishEach(model, 1, HISTORY_LENGTH + 1);
    const before = await pointerOf(model);
    await publishEach(model, HISTORY_LENGTH + 2, 2 * HISTORY_LENGTH + 5);
    const { entries, gaps } = await completeHistory(bucket, model, before);
    expect(gaps).toEqual([]);
    expect(entries.map(({ generation }) => generation)).toEqual(generations(1, HISTORY_LENGTH + 1));
  });

  test('names the generations that an earlier tool dropped', async () => {
    const model = uniqueModel();
    await publishEach(model, 1, HISTORY_LENGTH + 5);
    await bucket.delete([2, 3, 5].map((generation) => historyKey(model, generation)));
    expect((await history(model)).gaps).toEqual([
      [2, 3],
      [5, 5],
    ]);
  });

  test('with a malformed object is an error that names it', async () => {
    const model = uniqueModel();
    await publishEach(model, 1, 2);
    await bucket.put(historyKey(model, 1), new TextEncoder().encode('{}'), { condition: { kind: 'always' } });
    await expect(history(model)).rejects.toThrow(`${historyKey(model, 1)} is malformed`);
  });
});
