import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeWholeFile } from '../../import/files/write_whole_file.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SOURCES = path.join(ROOT, 'console');
const OUTPUT = path.join(ROOT, 'worker', 'management', 'console', 'dist');

/**
 * Bundles the console into the three files that the management Worker imports as texts. Files that would not change are
 * not written, so that a build does not start another one.
 *
 * @returns the files written
 */
export async function buildConsole(): Promise<string[]> {
  // The bundler is needed only here, and an installed package has neither it nor the sources.
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: { console: path.join(SOURCES, 'main.tsx') },
    outdir: OUTPUT,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022', 'chrome111', 'firefox111', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    // The licenses of what is bundled.
    legalComments: 'eof',
    write: false,
    logLevel: 'silent',
  });
  const contents = new Map(
    outputFiles.map(({ path: file, text }): [string, string] => [`${path.basename(file)}.txt`, text]),
  );
  contents.set('console.html', await readFile(path.join(SOURCES, 'index.html'), 'utf8'));
  await mkdir(OUTPUT, { recursive: true });
  const written: string[] = [];
  for (const [name, text] of contents) {
    const file = path.join(OUTPUT, name);
    if ((await readFile(file, 'utf8').catch(() => undefined)) === text) continue;
    // Another process that reads or builds at the same time sees one whole file or the other.
    await writeWholeFile(file, text, { replace: true });
    written.push(file);
  }
  return written;
}
