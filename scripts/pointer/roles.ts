import type { Pointer } from '../../worker/registry/pointer/pointer.ts';

/** Returns the roles and labels that a pointer gives to a version, for people. */
export function rolesOf(
  version: string,
  { current, previous, next, canary, shadow, labels }: Pointer,
): string[] {
  const holders = {
    current,
    previous,
    staged: next?.version,
    canary: canary?.version,
    shadow: shadow?.version,
  };
  const labeled = Object.entries(labels).filter(([, holder]) => holder === version);
  return [
    ...Object.entries(holders).flatMap(([role, holder]) => (holder === version ? [role] : [])),
    ...labeled.map(([label]) => `labeled ${label}`),
  ];
}
