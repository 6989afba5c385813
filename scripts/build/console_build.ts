import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundlePage } from './page_bundle.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SOURCES = path.join(ROOT, 'console');

/**
 * Bundles the console into the three files that the management Worker imports as texts.
 *
 * @returns the files written
 */
export async function buildConsole(): Promise<string[]> {
  return bundlePage({
    entryPoints: { console: path.join(SOURCES, 'main.tsx') },
    output: path.join(ROOT, 'worker/management/console/dist'),
    texts: { 'console.html': await readFile(path.join(SOURCES, 'index.html'), 'utf8') },
    jsxImportSource: 'preact',
  });
}
