/** The roles of a model's versions, as a pointer or a list of models states them. */
export interface RoleHolder {
  readonly current?: string | null | undefined;
  readonly previous?: string | null | undefined;
  readonly next?: { readonly version: string } | undefined;
  readonly canary?: { readonly version: string; readonly percent: number } | undefined;
  readonly shadow?: { readonly version: string; readonly percent: number } | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

export interface Role {
  readonly kind: 'current' | 'previous' | 'staged' | 'canary' | 'shadow' | 'label';
  readonly version: string;
  readonly text: string;
}

/** Returns all roles, the one that answers most first. */
export function rolesOf({ current, previous, next, canary, shadow, labels = {} }: RoleHolder): Role[] {
  const roles: Role[] = [];
  const add = (kind: Role['kind'], version: string | null | undefined, text: string) => {
    if (version !== null && version !== undefined) roles.push({ kind, version, text });
  };
  add('current', current, 'current');
  add('canary', canary?.version, `canary ${canary?.percent} %`);
  add('shadow', shadow?.version, `shadow ${shadow?.percent} %`);
  add('staged', next?.version, 'staged');
  add('previous', previous, 'previous');
  for (const [label, version] of Object.entries(labels)) add('label', version, label);
  return roles;
}
