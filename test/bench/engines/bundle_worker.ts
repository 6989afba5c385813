import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import type { WorkerModule } from '../../shared/built_worker.ts';

const WORKERS = path.join(import.meta.dirname, '../workers');

/** Bundles one of the benchmark's own Workers as wrangler would, WebAssembly left beside it as modules. */
export async function bundleWorker(name: string): Promise<WorkerModule[]> {
  const wasm = new Map<string, WorkerModule>();
  const { outputFiles } = await build({
    entryPoints: [path.join(WORKERS, `${name}.ts`)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    define: { __dirname: '"/"' },
    logLevel: 'error',
    plugins: [
      {
        name: 'wasm-modules',
        setup(bundler) {
          bundler.onResolve(
            { filter: /\.wasm$/ },
            async ({ path: specifier, importer, resolveDir, pluginData }) => {
              if (pluginData === 'resolving') return undefined;
              const resolved = await bundler.resolve(specifier, {
                importer,
                resolveDir,
                kind: 'import-statement',
                pluginData: 'resolving',
              });
              const file = path.basename(resolved.path);
              const contents = new Uint8Array(await readFile(resolved.path));
              wasm.set(file, { type: 'CompiledWasm', path: file, contents });
              return { path: `./${file}`, external: true };
            },
          );
        },
      },
    ],
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`${name} was bundled to nothing`);
  return [{ type: 'ESModule', path: 'index.js', contents: output.text }, ...wasm.values()];
}
