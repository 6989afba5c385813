import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeWholeFile } from '../../import/files/write_whole_file.ts';

export interface PageBundle {
  /** The scripts and styles to bundle, by the names that they get without an ending. */
  readonly entryPoints: Readonly<Record<string, string>>;
  /** The folder from which the Worker imports the bundles as texts. */
  readonly output: string;
  /** Other texts of the page by their file names. */
  readonly texts?: Readonly<Record<string, string>>;
  /** The package of the page's components. */
  readonly jsxImportSource?: string;
}

/**
 * Bundles the files of a page for a Worker, which imports each as a text: `script.js.txt` for the entry point `script`.
 * Files that would not change are not written, so that a build does not start another one.
 *
 * @returns the files written
 */
export async function bundlePage({
  entryPoints,
  output,
  texts,
  jsxImportSource,
}: PageBundle): Promise<string[]> {
  // The bundler is needed only here, and an installed package has neither it nor the sources.
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: { ...entryPoints },
    outdir: output,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022', 'chrome111', 'firefox111', 'safari16.4'],
    ...(jsxImportSource !== undefined && { jsx: 'automatic', jsxImportSource }),
    // The licenses of what is bundled.
    legalComments: 'eof',
    write: false,
    logLevel: 'silent',
  });
  const bundles = outputFiles.map(({ path: file, text }) => [`${path.basename(file)}.txt`, text] as const);
  await mkdir(output, { recursive: true });
  const written: string[] = [];
  for (const [name, text] of [...bundles, ...Object.entries(texts ?? {})]) {
    const file = path.join(output, name);
    if ((await readFile(file, 'utf8').catch(() => undefined)) === text) continue;
    // Another process that reads or builds at the same time sees one whole file or the other.
    await writeWholeFile(file, text, { replace: true });
    written.push(file);
  }
  return written;
}
