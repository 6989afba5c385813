import type { ObjectStore } from '../../worker/registry/object_store.ts';
import { pointToVersion } from '../../worker/registry/point_to_version.ts';
import type { PointerUpdate } from '../../worker/registry/pointer_store.ts';
import { type ChangeRecord, rollbackTransition } from '../../worker/registry/pointer_transitions.ts';
import { requirePointer } from './read_pointer.ts';

/**
 * Flips a model back to the version before the current one, or to any published version.
 *
 * The version is settled once, from the pointer as it is read first: of two people who roll back the same bad
 * version at the same moment, the second does not flip forward to it again.
 */
export async function rollBackModel(
  store: ObjectStore,
  model: string,
  target: string | undefined,
  record: ChangeRecord,
  wait: (milliseconds: number) => Promise<void>,
): Promise<PointerUpdate> {
  const pointer = await requirePointer(store, model);
  if (pointer === undefined) return { kind: 'refused', reason: `${model} has no current version yet` };
  const version = target ?? pointer.previous;
  if (version === null) {
    return { kind: 'refused', reason: `${model} has no version before ${pointer.current} to go back to` };
  }
  return pointToVersion(store, model, version, rollbackTransition(version, record), { wait });
}
