import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../scripts/files/package_root.ts';

export interface Page {
  /** Relative to the project's folder, with `/`. */
  readonly path: string;
  readonly markdown: string;
}

/** The Markdown pages at the top of the project, and those below `docs/`. */
export function readPages(): Page[] {
  const below = readdirSync(join(PACKAGE_ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).filter(isPage);
  const pages = below.map((name) => `docs/${name.replaceAll('\\', '/')}`);
  return [...readdirSync(PACKAGE_ROOT).filter(isPage), ...pages].sort().map((path) => ({
    path,
    markdown: readFileSync(join(PACKAGE_ROOT, path), 'utf8'),
  }));
}

function isPage(name: string): boolean {
  return name.endsWith('.md');
}
