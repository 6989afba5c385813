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

let built: Promise<WorkerModule[]> | undefined;

/** The modules of the Worker as `wrangler deploy` would upload them, entry first. */
export function builtWorker(): Promise<WorkerModule[]> {
  built ??= build();
  return built;
}

async function build(): Promise<WorkerModule[]> {
  const outputDirectory = await mkdtemp(path.join(tmpdir(), 'edge-serving-build-'));
  await promisify(execFile)(
    path.join(REPOSITORY, 'node_modules/.bin/wrangler'),
    ['deploy', '--dry-run', '--outdir', outputDirectory],
    { cwd: REPOSITORY },
  );
  const modules: WorkerModule[] = [];
  for (const name of (await readdir(outputDirectory)).sort()) {
    const contents = await readFile(path.join(outputDirectory, name));
    if (name === 'index.js') {
      modules.unshift({ type: 'ESModule', path: name, contents: contents.toString() });
    }
    if (name.endsWith('.wasm')) {
      modules.push({ type: 'CompiledWasm', path: name, contents: new Uint8Array(contents) });
    }
  }
  return modules;
}
