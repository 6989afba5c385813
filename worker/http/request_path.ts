import { memoize } from './memoize.ts';

/** Returns the pathname of a URL as it was sent. The protocols decode it after they split it. */
export const pathOfUrl = memoize((url) => new URL(url).pathname);

/** Returns the protocol that a path belongs to by its prefix, or undefined. */
export function protocolOf(path: string): 'tensorflow serving' | 'open inference' | undefined {
  if (path.charCodeAt(0) !== SLASH || path.charCodeAt(3) !== SLASH) return undefined;
  switch (path.slice(1, 3)) {
    case 'v1':
    case 'V1':
      return 'tensorflow serving';
    case 'v2':
      return 'open inference';
    default:
      return undefined;
  }
}

const SLASH = 0x2f;
