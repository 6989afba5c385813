import type { ObjectStore } from '../../storage/object_store.ts';
import { readManifest } from '../../version/version_store.ts';
import type { Pointer } from '../pointer.ts';
import type { ChangeRecord, PointerTransition } from '../pointer_change.ts';
import { type PointerUpdate, requirePointer, type UpdateOptions, updatePointer } from '../pointer_store.ts';
import type { PointerChange } from './definition.ts';

/** Makes a change to a model's pointer: in a bucket, or by asking a management Worker for it. */
export type ChangePointer = (
  model: string,
  change: PointerChange,
  record: ChangeRecord,
) => Promise<PointerUpdate>;

/** Changes pointers by compare-and-set in a store. */
export function changePointerIn(store: ObjectStore, options: UpdateOptions): ChangePointer {
  return (model, change, record) => makeChange(store, { model, change, record }, options);
}

export interface ChangeRequest {
  readonly model: string;
  readonly change: PointerChange;
  /** A change whose id stands in the history was made already; it is not made again. */
  readonly record: ChangeRecord;
  /** Adds a condition to the transition. */
  readonly guard?: (transition: PointerTransition) => PointerTransition;
}

/**
 * Makes a change, after looking whether the version that it points to is published. A prune that comes in between
 * retires the version in the pointer first, which the transition then sees.
 *
 * @throws storage faults, and MalformedPointerError
 */
export async function makeChange(
  store: ObjectStore,
  { model, change, record, guard = (transition) => transition }: ChangeRequest,
  options: UpdateOptions,
): Promise<PointerUpdate> {
  const pointer = await requirePointer(store, model);
  const made = pointer?.history.find(({ id }) => id === record.id);
  if (pointer !== undefined && made !== undefined) return { kind: 'changed', pointer, change: made };
  const prepared = change.prepare({ model, pointer, record });
  if (prepared.kind !== 'ready') return prepared;
  const { requires, transition } = prepared;
  const manifest = requires === undefined ? undefined : await readManifest(store, model, requires);
  if (manifest?.kind === 'malformed') {
    const reason = `the manifest of ${model} ${requires} is malformed: ${manifest.reason}`;
    return { kind: 'refused', reason };
  }
  // Of a pruned version the transition says that it was pruned.
  if (manifest?.kind === 'missing' && !isRetired(pointer, requires)) {
    return { kind: 'refused', reason: `${model} ${requires} is not published` };
  }
  const published = manifest?.kind === 'found' ? manifest.manifest : undefined;
  return updatePointer(store, model, guard(transition(published)), { ...options, id: record.id });
}

function isRetired(pointer: Pointer | undefined, version: string | undefined): boolean {
  return version !== undefined && pointer?.retired.includes(version) === true;
}
