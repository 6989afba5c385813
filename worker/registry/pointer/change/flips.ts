import * as v from 'valibot';
import { NameSchema } from '../../../model/names.ts';
import { VersionSchema } from '../../version/manifest.ts';
import type { Pointer } from '../pointer.ts';
import {
  promotable,
  promoteTransition,
  publishTransition,
  rollbackTarget,
  rollbackTransition,
} from '../pointer_transitions.ts';
import { type PointerTransition, refused } from '../transition.ts';
import { defineChange, ready } from './definition.ts';
import { republishTransition } from './republish.ts';

export const flip = defineChange({
  name: 'flip',
  summary: 'Makes a published version current',
  entries: {
    version: VersionSchema,
    /** A label that moves to the version in the same write. */
    label: v.optional(NameSchema),
    /**
     * The version that the publisher saw as the current one, or null. The flip is refused if another one has become
     * current.
     */
    over: v.optional(v.nullable(VersionSchema)),
    /**
     * True if the version was published before: the flip completes that publish and does not reverse later decisions.
     */
    republish: v.optional(v.boolean()),
  },
  prepare: ({ version, label, over, republish = false }, { record }) => ({
    kind: 'ready',
    requires: version,
    transition: (published) => {
      const transition =
        republish && published !== undefined
          ? republishTransition(version, published.provenance.publishedAt, record, label)
          : publishTransition(version, record, label);
      return over === undefined ? transition : onlyOver(over, transition);
    },
  }),
});

export const promote = defineChange({
  name: 'promote',
  summary: 'Flips to the staged version, or to the canary',
  entries: { version: v.optional(VersionSchema) },
  prepare: ({ version }, { model, pointer, record }) => {
    if (pointer === undefined) return noCurrent(model);
    // Decided once: a version that is staged concurrently must not be promoted instead.
    const choice = version ?? promotable(pointer);
    if (typeof choice === 'string') return ready(choice, promoteTransition(choice, record));
    return choice.kind === 'refused' ? choice : ready(undefined, unchangedFrom(pointer));
  },
});

export const rollback = defineChange({
  name: 'rollback',
  summary: 'Flips back to the previous version, or to any published one',
  entries: { to: v.optional(VersionSchema) },
  prepare: ({ to }, { model, pointer, record }) => {
    if (pointer === undefined) return noCurrent(model);
    // Decided once: if two people roll back the same version, the second must not flip forward to it again.
    const target = to ?? rollbackTarget(pointer);
    if (typeof target === 'string') return ready(target, rollbackTransition(target, record));
    return target.kind === 'refused' ? target : ready(undefined, unchangedFrom(pointer));
  },
});

/**
 * Changes nothing. It passes through the compare-and-set, which waits for the flip that was made before, or in an emergency
 * brings it forward.
 */
function unchangedFrom({ current }: Pointer): PointerTransition {
  return (pointer) => {
    if (pointer?.current === current) return { kind: 'unchanged', pointer };
    return refused(`${pointer?.current ?? 'no version'} has become current meanwhile`);
  };
}

function noCurrent(model: string): { readonly kind: 'refused'; readonly reason: string } {
  return { kind: 'refused', reason: `${model} has no current version yet` };
}

/**
 * Refuses a flip if another version has become current than the one that the publisher compared with, for example
 * during a rehearsal. Null: no version was current.
 */
function onlyOver(current: string | null, transition: PointerTransition): PointerTransition {
  return (pointer) => {
    const step = transition(pointer);
    const flips = step.kind === 'changed' && step.pointer.current !== pointer?.current;
    if (!flips || pointer === undefined || pointer.current === current) return step;
    return {
      kind: 'refused',
      reason: `${pointer.current} has become current meanwhile`,
      overtakenBy: pointer.current,
    };
  };
}
