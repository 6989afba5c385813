/**
 * Versions: MAJOR.MINOR.PATCH, or a plain integer as in TensorFlow Serving's directories. Both are strings with a
 * natural order.
 */

const SEMANTIC = /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$/;
const INTEGER = /^\d{1,18}$/;

export type VersionBump = 'major' | 'minor' | 'patch';

export const VERSION_BUMPS: readonly VersionBump[] = ['major', 'minor', 'patch'];

/**
 * Returns the canonical form of a version, or undefined if the text is not a version. An integer loses its leading
 * zeros, as TensorFlow Serving reads `/versions/00000123` as 123.
 */
export function parseVersion(text: string): string | undefined {
  if (SEMANTIC.test(text)) return text;
  if (INTEGER.test(text)) return BigInt(text).toString();
  return undefined;
}

/** Compares canonical versions by their natural order. An integer N sorts directly before N.0.0. */
export function compareVersions(left: string, right: string): number {
  const leftParts = left.split('.');
  const rightParts = right.split('.');
  for (let index = 0; index < 3; index++) {
    const difference = BigInt(leftParts[index] ?? '0') - BigInt(rightParts[index] ?? '0');
    if (difference !== 0n) return difference < 0n ? -1 : 1;
  }
  return leftParts.length - rightParts.length;
}

/**
 * Returns the version that follows `version`. An integer grows by one for any bump, since it has only one part.
 *
 * @example nextVersion('1.4.2', 'minor') // '1.5.0'
 */
export function nextVersion(version: string, bump: VersionBump): string {
  const [major = '0', minor, patch] = version.split('.');
  if (minor === undefined || patch === undefined) return (BigInt(major) + 1n).toString();
  switch (bump) {
    case 'major':
      return `${BigInt(major) + 1n}.0.0`;
    case 'minor':
      return `${major}.${BigInt(minor) + 1n}.0`;
    case 'patch':
      return `${major}.${minor}.${BigInt(patch) + 1n}`;
  }
}

export const FIRST_VERSION = '1.0.0';
