import type { ChangeDefinition } from './definition.ts';
import { flip, promote, rollback } from './flips.ts';
import { label, unlabel } from './labels.ts';
import { lease } from './lease.ts';
import { canary, shadow, stage, unstage } from './rollout.ts';

/**
 * Every change that can be asked for a pointer: the commands, the management API and its OpenAPI document are made
 * of this table. A prune changes pointers too, as a part of what else it does.
 */
export const POINTER_CHANGES = {
  flip,
  promote,
  rollback,
  label,
  unlabel,
  stage,
  unstage,
  canary,
  shadow,
  lease,
} as const;

const DEFINITIONS: readonly Omit<ChangeDefinition<never>, 'of'>[] = Object.values(POINTER_CHANGES);

/** The definitions in the order of the table. */
export function changeDefinitions(): readonly Omit<ChangeDefinition<never>, 'of'>[] {
  return DEFINITIONS;
}

/** The definition of a name that somebody gave; undefined where there is no such change. */
export function findChange(name: string): Omit<ChangeDefinition<never>, 'of'> | undefined {
  return DEFINITIONS.find((definition) => definition.name === name);
}
