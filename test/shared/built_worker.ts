import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

export interface WorkerModule {
  readonly type: 'ESModule' | 'CompiledWasm';
  readonly path: string;
  readonly contents: string | Uint8Array<ArrayBuffer>;
}

/** Where a run of the tests keeps the build that all of its files share. */
export const BUILD_DIRECTORY_VARIABLE = 'EDGE_SERVING_TEST_BUILD';

let modules: Promise<WorkerModule[]> | undefined;

/** The modules of the Worker as `wrangler deploy` would upload them, entry first. */
export function builtWorker(): Promise<WorkerModule[]> {
  const directory = process.env[BUILD_DIRECTORY_VARIABLE];
  modules ??= (directory === undefined ? buildWorker() : Promise.resolve(directory)).then(readModules);
  return modules;
}

/** Builds the Worker into a new directory, and answers which. */
export async function buildWorker(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'edge-serving-build-'));
  await promisify(execFile)(
    path.join(REPOSITORY, 'node_modules/.bin/wrangler'),
    ['deploy', '--dry-run', '--outdir', directory],
    { cwd: REPOSITORY },
  );
  return directory;
}

async function readModules(directory: string): Promise<WorkerModule[]> {
  const modules: WorkerModule[] = [];
  for (const name of (await readdir(directory)).sort()) {
    const contents = await readFile(path.join(directory, name));
    if (name === 'index.js') {
      modules.unshift({ type: 'ESModule', path: name, contents: contents.toString() });
    }
    if (name.endsWith('.wasm')) {
      modules.push({ type: 'CompiledWasm', path: name, contents: new Uint8Array(contents) });
    }
  }
  return modules;
}
