import type { Caller } from '../api/management_api.ts';

/** What a caller may do here. */
export interface Permissions {
  /** To change the pointer. */
  readonly mayFlip: boolean;
  readonly mayPrune: boolean;
}

export function permissionsOf({ scopes }: Pick<Caller, 'scopes'>): Permissions {
  const mayFlip = scopes.includes('flip');
  return { mayFlip, mayPrune: mayFlip && scopes.includes('publish') };
}
