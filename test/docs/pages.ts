import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../scripts/shared/package_root.ts';

export interface Page {
  /** Relative to the project's folder, with `/`. */
  readonly path: string;
  readonly markdown: string;
}

/** The Markdown pages below `docs/`. */
export function readPages(): Page[] {
  const below = readdirSync(join(PACKAGE_ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).filter(isPage);
  return below
    .map((name) => `docs/${name.replaceAll('\\', '/')}`)
    .sort()
    .map((path) => ({
      path,
      markdown: readFileSync(join(PACKAGE_ROOT, path), 'utf8'),
    }));
}

function isPage(name: string): boolean {
  return name.endsWith('.md');
}
