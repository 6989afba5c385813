import { type Pointer, versionsInUse } from '../../worker/registry/pointer/pointer.ts';
import { findNamedVersion } from '../registry/version_name.ts';

export interface Wanted {
  /** Versions, `current`, `previous`, and labels. Empty for all versions. */
  readonly names: readonly string[];
  /** Only the versions that the pointer names. */
  readonly inUse: boolean;
}

/** Returns the versions to copy in their natural order, or why a name means none. */
export function chooseVersions(
  { names, inUse }: Wanted,
  { pointer, published }: { readonly pointer: Pointer | undefined; readonly published: readonly string[] },
):
  | { readonly kind: 'chosen'; readonly versions: readonly string[] }
  | { readonly kind: 'unknown'; readonly reason: string } {
  const used = pointer === undefined ? new Set<string>() : versionsInUse(pointer);
  if (names.length === 0) {
    // A version that was retired but not deleted yet belongs to a prune that was interrupted.
    const alive = published.filter((version) => !pointer?.retired.includes(version));
    return { kind: 'chosen', versions: inUse ? alive.filter((version) => used.has(version)) : alive };
  }
  const chosen = new Set<string>();
  for (const name of names) {
    const found = findNamedVersion(name, { pointer, published });
    if (found.kind === 'unknown') return found;
    chosen.add(found.version);
  }
  return { kind: 'chosen', versions: published.filter((version) => chosen.has(version)) };
}
