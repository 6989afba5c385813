/**
 * Keras on Windows puts backslashes into the names of groups: what others have as `layers/lstm/cell` is one group of
 * that name with backslashes, beside all others.
 */

const SEPARATOR = '\\';

/** The names in the root that stand for paths. */
export function windowsNames(root: readonly string[]): string[] {
  return root.filter((name) => name.includes(SEPARATOR));
}

/** Where a path leads in a file with such names. */
export function realPath(path: string, names: readonly string[]): string {
  let longest = '';
  for (const name of names) {
    const meant = meantPath(name);
    const leads = path === meant || path.startsWith(`${meant}/`);
    if (leads && name.length > longest.length) longest = name;
  }
  return longest === '' ? path : `/${longest}${path.slice(longest.length + 1)}`;
}

/** What is in a group by such names. */
export function windowsMembers(path: string, names: readonly string[]): string[] {
  const base = path === '/' ? '/' : `${path}/`;
  const below = names.map(meantPath).filter((meant) => meant.startsWith(base));
  return [...new Set(below.map((meant) => meant.slice(base.length).split('/')[0] ?? ''))];
}

function meantPath(name: string): string {
  return `/${name.split(SEPARATOR).join('/')}`;
}
