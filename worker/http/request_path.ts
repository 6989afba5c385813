import { remembered } from './memoize.ts';

/** The pathname of a URL as it was sent: the protocols decode it themselves, after they have split it. */
export const pathOfUrl = remembered((url) => new URL(url).pathname);

/** The protocol that a path belongs to, by its beginning alone; undefined where it belongs to none. */
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
