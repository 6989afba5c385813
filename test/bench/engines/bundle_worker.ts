import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import type { WorkerModule } from '../../fixtures/edge/built_worker.ts';

const WORKERS = path.join(import.meta.dirname, '../workers');

const bundles = new Map<string, Promise<WorkerModule[]>>();

/** Bundles one of the benchmark's own Workers as wrangler would. WebAssembly files stay separate modules. */
export function bundleWorker(name: string): Promise<WorkerModule[]> {
  const bundle = bundles.get(name) ?? bundleEntry(name);
  bundles.set(name, bundle);
  return bundle;
}

async function bundleEntry(name: string): Promise<WorkerModule[]> {
  const wasm = new Map<string, WorkerModule>();
  const { outputFiles } = await build({
    entryPoints: [path.join(WORKERS, `${name}.ts`)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    // Modules of the platform.
    external: ['cloudflare:*'],
    define: { __dirname: '"/"' },
    loader: { '.txt': 'text' },
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
