import { pointerKey } from '../../worker/registry/keys.ts';
import type { ObjectStore } from '../../worker/registry/object_store.ts';
import type { Pointer } from '../../worker/registry/pointer.ts';
import { readPointer } from '../../worker/registry/pointer_store.ts';

/**
 * A model's pointer, undefined where it has none.
 *
 * @throws if it is malformed: nothing can be decided on it, and no script makes it so
 */
export async function requirePointer(store: ObjectStore, model: string): Promise<Pointer | undefined> {
  const read = await readPointer(store, model);
  if (read.kind === 'malformed') throw new Error(`${pointerKey(model)} is malformed: ${read.reason}`);
  return read.kind === 'found' ? read.pointer : undefined;
}
