import { pointerKey } from './keys.ts';
import type { ObjectStore } from './object_store.ts';
import { pointToVersion } from './point_to_version.ts';
import type { Pointer } from './pointer.ts';
import { type PointerUpdate, readPointer, type UpdateOptions } from './pointer_store.ts';
import {
  type ChangeRecord,
  promotable,
  promoteTransition,
  rollbackTransition,
} from './pointer_transitions.ts';

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
  options: UpdateOptions,
): Promise<PointerUpdate> {
  const pointer = await readCurrent(store, model);
  if (pointer === undefined) return noCurrent(model);
  const version = target ?? pointer.previous;
  if (version === null) {
    return { kind: 'refused', reason: `${model} has no version before ${pointer.current} to go back to` };
  }
  return pointToVersion(store, model, version, rollbackTransition(version, record), options);
}

/**
 * Flips a model forward: to the version given, else to the one staged, else to the canary. Settled once like a
 * rollback: whoever stages another version at the same moment does not see that one promoted.
 */
export async function promoteModel(
  store: ObjectStore,
  model: string,
  target: string | undefined,
  record: ChangeRecord,
  options: UpdateOptions,
): Promise<PointerUpdate> {
  const pointer = await readCurrent(store, model);
  if (pointer === undefined) return noCurrent(model);
  const choice = target ?? promotable(pointer);
  if (typeof choice === 'object') {
    return choice.kind === 'refused' ? choice : { kind: 'unchanged', pointer };
  }
  return pointToVersion(store, model, choice, promoteTransition(choice, record), options);
}

async function readCurrent(store: ObjectStore, model: string): Promise<Pointer | undefined> {
  const read = await readPointer(store, model);
  if (read.kind === 'malformed') throw new Error(`${pointerKey(model)} is malformed: ${read.reason}`);
  return read.kind === 'found' ? read.pointer : undefined;
}

function noCurrent(model: string): PointerUpdate {
  return { kind: 'refused', reason: `${model} has no current version yet` };
}
