import type { ChangePointer } from '../../../worker/registry/pointer/change/change_pointer.ts';
import type { PointerChange } from '../../../worker/registry/pointer/change/definition.ts';
import type { PointerUpdate } from '../../../worker/registry/pointer/pointer_store.ts';
import type { ChangeRecord } from '../../../worker/registry/pointer/pointer_transitions.ts';
import type { ObjectStore } from '../../../worker/registry/storage/object_store.ts';
import type { Manifest } from '../../../worker/registry/version/manifest.ts';
import { checkCompatibility } from './check_compatibility.ts';

/**
 * Flips. If another version has become current in the meantime, it first compares with that version: a publisher reads
 * the current version before a rehearsal and flips after it.
 *
 * @param change refused if another version than the given one is current
 * @param current the version that the candidate was checked against
 */
export async function flipOnceCompatible(
  store: ObjectStore,
  { allowBreaking = false }: { readonly allowBreaking?: boolean },
  { model, version, content }: Manifest,
  {
    change,
    current,
    record,
    changePointer,
  }: {
    readonly change: (over: string | undefined) => PointerChange;
    readonly current: string | undefined;
    readonly record: ChangeRecord;
    readonly changePointer: ChangePointer;
  },
): Promise<PointerUpdate> {
  for (let over = current; ; ) {
    const update = await changePointer(model, change(over), record);
    if (update.kind !== 'refused' || update.overtakenBy === undefined) return update;
    over = update.overtakenBy;
    const { refusal } = await checkCompatibility(store, { model, version, content }, over, allowBreaking);
    if (refusal !== undefined) return { kind: 'refused', reason: refusal };
  }
}
