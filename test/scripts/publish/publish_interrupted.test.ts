import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { requirePointer } from '../../../worker/registry/pointer/pointer_store.ts';
import { hasBlob } from '../../../worker/registry/version/blob_store.ts';
import { readManifest } from '../../../worker/registry/version/version_store.ts';
import { writeGraphModel } from '../../fixtures/commands/model_directories.ts';
import { publish, rollBack, tryPublish } from '../../fixtures/commands/publishing.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { temporaryRegistry } from '../../fixtures/commands/temporary_registry.ts';
import { hookedObjectStore } from '../../fixtures/worker/hooked_object_store.ts';

const folder = await temporaryFolder();
const { store } = await temporaryRegistry();

const nextModel = (version: number): Promise<string> => writeGraphModel(join(folder, String(version)));

/** The state for requests: the current version, and true if all its files exist. */
async function serving(model: string): Promise<{ current: string | undefined; whole: boolean }> {
  const current = (await requirePointer(store, model))?.current;
  const read = await readManifest(store, model, current ?? 'none');
  const blobs = read.kind === 'found' ? read.manifest.content.blobs : [];
  for (const { sha256, bytes } of blobs) {
    if (!(await hasBlob(store, sha256, bytes))) return { current, whole: false };
  }
  return { current, whole: blobs.length > 0 };
}

/** The storage operations of the publish of a second version, in order. */
async function recordOperations(): Promise<string[]> {
  const operations: string[] = [];
  const recording = hookedObjectStore(store, {
    before: (operation) => {
      operations.push(operation);
    },
  });
  await publish(store, await nextModel(1), 'recorded');
  await publish(recording, await nextModel(2), 'recorded');
  return operations;
}

const operations = await recordOperations();
const writes = operations.flatMap((operation, index) =>
  operation === 'put' || operation === 'delete' ? [index + 1] : [],
);

test('publishing writes the announcement, the blobs that are missing, the manifest and the pointer', () => {
  expect(operations.filter((operation) => operation === 'put')).toHaveLength(4);
});

describe('a publish that is killed', () => {
  test.for(operations.map((operation, index) => [index + 1, operation] as const))(
    'before its operation number %i, a %s, does not affect serving, and completes if it is repeated',
    async ([point]) => {
      const model = `killed_${point}`;
      await publish(store, await nextModel(3), model);
      const directory = await nextModel(4);
      let done = 0;
      const dying = hookedObjectStore(store, {
        // No further operation reaches storage, not even a cleanup.
        before: () => {
          if (++done >= point) throw new Error('killed');
        },
      });
      await expect(tryPublish(dying, directory, model)).rejects.toThrow('killed');
      // After the flip, only the announcement must still be deleted.
      const flipped = point === operations.length;
      expect(await serving(model)).toEqual({ current: flipped ? '4' : '3', whole: true });
      const again = await publish(store, directory, model);
      expect(again).toMatchObject({ version: '4', pointer: { generation: 2, current: '4' } });
      expect(await serving(model)).toEqual({ current: '4', whole: true });
    },
  );
});

describe('a publish of a lower version that is killed', () => {
  test.for(operations.map((operation, index) => [index + 1, operation] as const))(
    'before its operation number %i, a %s, is completed by another publish',
    async ([point]) => {
      const model = `killed_lower_${point}`;
      await publish(store, await nextModel(4), model);
      const directory = await nextModel(3);
      let done = 0;
      const dying = hookedObjectStore(store, {
        before: () => {
          if (++done >= point) throw new Error('killed');
        },
      });
      await expect(tryPublish(dying, directory, model)).rejects.toThrow('killed');
      const again = await publish(store, directory, model);
      expect(again).toMatchObject({ version: '3', pointer: { generation: 2, current: '3' } });
    },
  );

  test('leaves the pointer as a rollback set it', async () => {
    const model = 'left_lower';
    await publish(store, await nextModel(4), model);
    const directory = await nextModel(3);
    await publish(store, directory, model);
    await rollBack(store, model);
    expect(await publish(store, directory, model)).toMatchObject({
      change: undefined,
      pointer: { current: '4', previous: '3', generation: 3 },
    });
  });
});

describe('a publish that gets no answer', () => {
  test.for(writes)(
    'to its operation number %i, a write that happened, completes or is completed by another publish',
    async (point) => {
      const model = `unanswered_${point}`;
      await publish(store, await nextModel(3), model);
      const directory = await nextModel(4);
      let done = 0;
      const faulty = hookedObjectStore(store, {
        after: () => {
          if (++done === point) throw new Error('answer lost');
        },
      });
      await tryPublish(faulty, directory, model).catch((error: unknown) => {
        expect(String(error)).toContain('answer lost');
      });
      expect((await serving(model)).whole).toBe(true);
      const again = await publish(store, directory, model);
      expect(again.pointer?.history.map(({ to, generation }) => [to, generation])).toEqual([
        ['4', 2],
        ['3', 1],
      ]);
    },
  );
});
