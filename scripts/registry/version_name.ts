import { InvalidArgumentError } from 'commander';
import { isName } from '../../worker/model/names.ts';
import { labeledVersion, type Pointer } from '../../worker/registry/pointer/pointer.ts';
import { parseVersion } from '../../worker/registry/version/version.ts';
import { existing } from '../cli/nearest.ts';

/** Describes what names a version, for help. */
export const VERSION_NAME = 'a version, current, previous, or a label';

/** Parses a version, or a word that may name one in a pointer. */
export function parseVersionName(text: string): string {
  const version = parseVersion(text);
  if (version !== undefined) return version;
  if (isName(text)) return text;
  throw new InvalidArgumentError(
    'A version is MAJOR.MINOR.PATCH, a plain integer, current, previous, or a label.',
  );
}

export type NamedVersion =
  | { readonly kind: 'found'; readonly version: string }
  /** The reason is a clause that continues after the name of the model. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** Returns the published version that a name means under a pointer. */
export function findNamedVersion(
  name: string,
  { pointer, published }: { readonly pointer: Pointer | undefined; readonly published: readonly string[] },
): NamedVersion {
  const version = meantVersion(name, pointer);
  if (version !== undefined && published.includes(version)) return { kind: 'found', version };
  const labels = Object.keys(pointer?.labels ?? {});
  if (parseVersion(name) === name) {
    return { kind: 'unknown', reason: `has no version ${name}; ${existing(name, published.toReversed())}` };
  }
  if (version !== undefined) {
    return { kind: 'unknown', reason: `names ${version} as ${name}, which is not published` };
  }
  if (name === 'current' || name === 'previous') {
    return { kind: 'unknown', reason: `has no ${name} version; ${existing(name, published.toReversed())}` };
  }
  return { kind: 'unknown', reason: `has no label ${name}; ${existing(name, labels)}` };
}

function meantVersion(name: string, pointer: Pointer | undefined): string | undefined {
  if (parseVersion(name) === name) return name;
  if (name === 'current') return pointer?.current;
  if (name === 'previous') return pointer?.previous ?? undefined;
  return pointer && labeledVersion(pointer, name);
}
