import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeWholeFile } from '../../import/files/write_whole_file.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SOURCES = path.join(ROOT, 'reference');
const OUTPUT = path.join(ROOT, 'worker/http/reference/dist');

/**
 * Bundles the script and the style of the page /docs, which the predict Worker imports as texts. Files that would not
 * change are not written, so that a build does not start another one.
 *
 * @returns the files written
 */
export async function buildReference(): Promise<string[]> {
  // Commands load faster without the bundler.
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: { script: path.join(SOURCES, 'main.ts'), style: path.join(SOURCES, 'style.css') },
    outdir: OUTPUT,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
  });
  await mkdir(OUTPUT, { recursive: true });
  const written: string[] = [];
  for (const { path: built, text } of outputFiles) {
    const file = `${built}.txt`;
    if ((await readFile(file, 'utf8').catch(() => undefined)) === text) continue;
    // Another process that reads or builds at the same time sees one whole file or the other.
    await writeWholeFile(file, text, { replace: true });
    written.push(file);
  }
  return written;
}
