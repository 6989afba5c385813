import type { ObjectStore } from '../storage/object_store.ts';
import { DEFAULT_LEASE } from './moment.ts';
import { type PointerUpdate, updatePointer } from './pointer_store.ts';
import type { ChangeRecord } from './pointer_transitions.ts';
import { canaryTransition } from './rollout_transitions.ts';

/** A canary that an isolate has aborted. */
export interface GivenUpCanary {
  readonly model: string;
  readonly version: string;
  /** The generation of the change that began the canary or last changed its share. */
  readonly generation: number;
}

/**
 * Ends a canary everywhere if it is unchanged since it failed. A later change by an operator is a new decision and
 * stays.
 *
 * @throws as updatePointer does
 */
export function abortCanary(
  store: ObjectStore,
  canary: GivenUpCanary,
  record: ChangeRecord,
  wait: (milliseconds: number) => Promise<void>,
): Promise<PointerUpdate> {
  const end = canaryTransition({ version: canary.version, percent: 0 }, record);
  return updatePointer(
    store,
    canary.model,
    (pointer) => {
      const current = pointer?.canary;
      const isTheOne = current?.version === canary.version && current.generation === canary.generation;
      if (pointer !== undefined && !isTheOne) return { kind: 'unchanged', pointer };
      return end(pointer);
    },
    { wait, agreement: { lease: DEFAULT_LEASE } },
  );
}
