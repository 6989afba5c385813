import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundlePage } from './page_bundle.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SOURCES = path.join(ROOT, 'reference');

/**
 * Bundles the script and the style of the page /docs, which the predict Worker imports as texts.
 *
 * @returns the files written
 */
export function buildReference(): Promise<string[]> {
  return bundlePage({
    entryPoints: { script: path.join(SOURCES, 'main.ts'), style: path.join(SOURCES, 'style.css') },
    output: path.join(ROOT, 'worker/http/reference/dist'),
  });
}
