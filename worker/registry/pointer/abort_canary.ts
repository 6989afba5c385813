import type { ObjectStore } from '../storage/object_store.ts';
import { DEFAULT_LEASE } from './moment.ts';
import { type PointerUpdate, updatePointer } from './pointer_store.ts';
import type { ChangeRecord } from './pointer_transitions.ts';
import { canaryTransition } from './rollout_transitions.ts';

/** A canary that an isolate has given up on. */
export interface GivenUpCanary {
  readonly model: string;
  readonly version: string;
  /** Of the change that made the canary what it was when it failed. */
  readonly generation: number;
}

/**
 * Ends a canary everywhere, if it still is the one that failed. An operator who has changed it since has decided
 * anew, perhaps knowing of the failures.
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
