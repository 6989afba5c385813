import type { ObjectStore } from '../../storage/object_store.ts';
import { readManifest } from '../../version/version_store.ts';
import { type Effect, effectOf } from '../effect.ts';
import type { Lease, Pointer } from '../pointer.ts';
import {
  type PointerUpdate,
  requireWrittenPointer,
  type UpdateOptions,
  updatePointer,
} from '../pointer_store.ts';
import type { ChangeRecord, PointerTransition } from '../transition.ts';
import type { PointerChange } from './definition.ts';

/** How a change takes effect, and whether the caller waits for that. */
export interface ChangeTiming {
  /** For an emergency: no agreed moment. Each isolate adopts the change when it reads the pointer. */
  readonly immediately?: boolean;
  /** True to return once the change is written, before it takes effect. */
  readonly returnsEarly?: boolean;
  /** Called before the wait for an earlier change, with its longest duration in milliseconds. */
  readonly onSettling?: (milliseconds: number) => void;
  /** Called when the change is written, before it takes effect. */
  readonly onWritten?: (effect: Effect) => void;
}

/**
 * Changes a model's pointer, in a bucket or through a management Worker. Resolves when no isolate answers by the
 * earlier state any more, unless the timing says otherwise.
 */
export type ChangePointer = (
  model: string,
  change: PointerChange,
  record: ChangeRecord,
  timing?: ChangeTiming,
) => Promise<PointerUpdate>;

export interface ChangeOptions extends Omit<UpdateOptions, 'agreement' | 'id'> {
  /** The lease for a pointer that has none yet. */
  readonly lease: Lease;
}

/** Changes pointers by compare-and-set in a store. */
export function changePointerIn(store: ObjectStore, options: ChangeOptions): ChangePointer {
  return (model, change, record, timing) => makeChange(store, { model, change, record, timing }, options);
}

export interface ChangeRequest {
  readonly model: string;
  readonly change: PointerChange;
  /** A change whose id is in the history is not made again. */
  readonly record: ChangeRecord;
  readonly timing?: ChangeTiming | undefined;
  /** Adds a condition to the transition. */
  readonly guard?: (transition: PointerTransition) => PointerTransition;
}

/**
 * Makes a change after checking that its version is published. A prune that runs in between first retires the version
 * in the pointer, and the transition then refuses it.
 *
 * @throws storage faults, and MalformedPointerError
 */
export async function makeChange(
  store: ObjectStore,
  request: ChangeRequest,
  options: ChangeOptions,
): Promise<PointerUpdate> {
  const { timing = {} } = request;
  const update = await writeChange(store, request, options);
  if (update.kind !== 'changed') return update;
  timing.onWritten?.(update.effect);
  const { settlesInMs } = update.effect;
  if (timing.returnsEarly !== true && settlesInMs > 0) await options.wait(settlesInMs);
  return update;
}

async function writeChange(
  store: ObjectStore,
  { model, change, record, timing = {}, guard = (transition) => transition }: ChangeRequest,
  options: ChangeOptions,
): Promise<PointerUpdate> {
  const read = await requireWrittenPointer(store, model);
  const pointer = read?.pointer;
  const made = pointer?.history.find(({ id }) => id === record.id);
  if (read !== undefined && made !== undefined) {
    // The duration of that write is unknown now. Its publisher has waited for it or was killed.
    const effect = effectOf(read.pointer, made, read.uploaded, 0);
    return { kind: 'changed', pointer: read.pointer, change: made, effect };
  }
  const prepared = change.prepare({ model, pointer, record });
  if (prepared.kind !== 'ready') {
    // The condition comes first, also if nothing would change.
    const step = guard(() => prepared)(pointer);
    return step.kind === 'changed' ? prepared : step;
  }
  const { requires, transition } = prepared;
  const manifest = requires === undefined ? undefined : await readManifest(store, model, requires);
  if (manifest?.kind === 'malformed') {
    const reason = `the manifest of ${model} ${requires} is malformed: ${manifest.reason}`;
    return { kind: 'refused', reason };
  }
  // For a pruned version, the transition returns the better reason.
  if (manifest?.kind === 'missing' && !isRetired(pointer, requires)) {
    return { kind: 'refused', reason: `${model} ${requires} is not published` };
  }
  const published = manifest?.kind === 'found' ? manifest.manifest : undefined;
  const { lease, ...updating } = options;
  const agreement = { lease, immediately: timing.immediately === true, record };
  return updatePointer(store, model, guard(transition(published)), {
    ...updating,
    agreement,
    ...(timing.onSettling && { onSettling: timing.onSettling }),
    id: record.id,
  });
}

function isRetired(pointer: Pointer | undefined, version: string | undefined): boolean {
  return version !== undefined && pointer?.retired.includes(version) === true;
}
