import type { ChangeDefinition } from './definition.ts';
import { flip, promote, rollback } from './flips.ts';
import { label, unlabel } from './labels.ts';
import { lease } from './lease.ts';
import { canary, shadow, stage, unstage } from './rollout.ts';

/**
 * All changes of a pointer. The commands, the management API and its OpenAPI document are made from this table. A prune
 * also changes pointers, as one of its steps.
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

/** Returns the definitions in the order of the table. */
export function changeDefinitions(): readonly Omit<ChangeDefinition<never>, 'of'>[] {
  return DEFINITIONS;
}

/** Returns the definition of a change by its name, or undefined if the change does not exist. */
export function findChange(name: string): Omit<ChangeDefinition<never>, 'of'> | undefined {
  return DEFINITIONS.find((definition) => definition.name === name);
}
