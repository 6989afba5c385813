import { describe, expect, test } from 'vitest';
import { requirePointer } from '../../../worker/registry/pointer/pointer_store.ts';
import { readManifest } from '../../../worker/registry/version/version_store.ts';
import { hookedObjectStore } from '../../fixtures/worker/hooked_object_store.ts';
import { contentsOf, copy, destination, publishVersions, source } from './copying.ts';

/** The storage operations at the destination of a copy with a flip, in order. */
async function recordOperations(): Promise<string[]> {
  const operations: string[] = [];
  await publishVersions('recorded', '1.0.0');
  const recording = hookedObjectStore(destination, {
    before: (operation) => void operations.push(operation),
  });
  await copy('recorded', { flip: true }, recording);
  return operations;
}
const operations = await recordOperations();

describe('a copy that is killed', () => {
  test.for(operations.map((operation, index) => [index + 1, operation] as const))(
    'before its operation number %i, a %s, leaves nothing half visible, and completes if it is repeated',
    async ([point]) => {
      const model = `killed_${point}`;
      await publishVersions(model, '1.0.0');
      let done = 0;
      const dying = hookedObjectStore(destination, {
        before: () => {
          if (++done >= point) throw new Error('killed');
        },
      });
      await copy(model, { flip: true }, dying).catch((error: unknown) =>
        expect(String(error)).toContain('killed'),
      );
      const read = await readManifest(destination, model, '1.0.0');
      const there = await contentsOf(destination, model, '1.0.0');
      if (read.kind === 'found') expect(there).toEqual(await contentsOf(source, model, '1.0.0'));
      else expect(await requirePointer(destination, model)).toBeUndefined();
      expect(await copy(model, { flip: true })).toMatchObject({ pointer: { kind: 'made' } });
      expect(await contentsOf(destination, model, '1.0.0')).toEqual(await contentsOf(source, model, '1.0.0'));
      expect(await requirePointer(destination, model)).toMatchObject({ current: '1.0.0', generation: 1 });
    },
  );
});
