import type { Manifest } from '../../worker/registry/manifest.ts';
import type { ObjectStore } from '../../worker/registry/object_store.ts';
import { type PointerUpdate, updatePointer } from '../../worker/registry/pointer_store.ts';
import type { PointerTransition } from '../../worker/registry/pointer_transitions.ts';
import { checkCompatibility } from './check_compatibility.ts';

/** A flip that is held back where another version has become current than the one that it was checked against. */
export interface FlipGuard {
  readonly transition: PointerTransition;
  /** The version that held it back the last time; undefined where none did. */
  heldBackBy(): string | undefined;
}

/** Whoever publishes looks at the current version first, and a rehearsal later it may be another. */
export function flipOnlyOver(current: string | undefined, transition: PointerTransition): FlipGuard {
  let found: string | undefined;
  return {
    transition: (pointer) => {
      const step = transition(pointer);
      const flips = step.kind === 'changed' && step.pointer.current !== pointer?.current;
      found = flips && pointer?.current !== current ? pointer?.current : undefined;
      return found === undefined
        ? step
        : { kind: 'refused', reason: `${found} has become current meanwhile` };
    },
    heldBackBy: () => found,
  };
}

/** Compares a version that is published by now with what has become current meanwhile, and flips if it may. */
export async function flipOverAnother(
  store: ObjectStore,
  { allowBreaking = false }: { readonly allowBreaking?: boolean },
  { model, version, content }: Manifest,
  {
    transition,
    guard,
    wait,
  }: {
    readonly transition: PointerTransition;
    /** That has held the flip back. */
    readonly guard: FlipGuard;
    readonly wait: (milliseconds: number) => Promise<void>;
  },
): Promise<PointerUpdate> {
  for (let latest = guard; ; ) {
    const current = latest.heldBackBy();
    const { refusal } = await checkCompatibility(store, { model, version, content }, current, allowBreaking);
    if (refusal !== undefined) return { kind: 'refused', reason: refusal };
    latest = flipOnlyOver(current, transition);
    const update = await updatePointer(store, model, latest.transition, { wait });
    if (latest.heldBackBy() === undefined) return update;
  }
}
