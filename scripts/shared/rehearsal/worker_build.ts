import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PACKAGE_ROOT } from '../package_root.ts';

const BUILDS_DIRECTORY = join(PACKAGE_ROOT, '.wrangler', 'rehearsal');

/** What bindings and variables there are elsewhere changes no module. */
const BUILD_CONFIGURATION = join(PACKAGE_ROOT, 'wrangler.toml');

/** Everything that a build is made of, besides the sources under worker/. */
const BUILD_FILES = ['wrangler.toml', 'package-lock.json', 'tsconfig.json'];

/** The one in use and the one before it, which a command still running may be reading. */
const BUILDS_KEPT = 2;

export interface WorkerBuild {
  /** sha256 in hex of what it is made of. */
  readonly digest: string;
  /** Holds the modules that `wrangler deploy` would upload. */
  readonly directory: string;
}

/** The Worker as it would be deployed, built only where its sources have changed since the last time. */
export async function buildWorker(onBuild: () => void = () => {}): Promise<WorkerBuild> {
  const digest = await digestSources();
  const directory = join(BUILDS_DIRECTORY, digest);
  if (await exists(join(directory, 'index.js'))) return { digest, directory };
  onBuild();
  await mkdir(BUILDS_DIRECTORY, { recursive: true });
  const unfinished = join(BUILDS_DIRECTORY, `unfinished-${randomUUID()}`);
  try {
    await build(unfinished);
    // Another process may have built the same in the meantime; then that one stays.
    await rename(unfinished, directory).catch(async (error: unknown) => {
      if (!(await exists(join(directory, 'index.js')))) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  await removeOldBuilds(digest);
  return { digest, directory };
}

export interface WorkerModule {
  readonly type: 'ESModule' | 'CompiledWasm';
  readonly path: string;
  readonly contents: string | Uint8Array<ArrayBuffer>;
}

/** The modules of a build, entry first. */
export async function readWorkerModules(directory: string): Promise<WorkerModule[]> {
  const modules: WorkerModule[] = [];
  for (const name of (await readdir(directory)).sort()) {
    const path = join(directory, name);
    if (name === 'index.js') {
      modules.unshift({ type: 'ESModule', path: name, contents: await readFile(path, 'utf8') });
    }
    if (name.endsWith('.wasm')) {
      modules.push({ type: 'CompiledWasm', path: name, contents: new Uint8Array(await readFile(path)) });
    }
  }
  return modules;
}

async function build(directory: string): Promise<void> {
  const wrangler = join(PACKAGE_ROOT, 'node_modules', 'wrangler', 'bin', 'wrangler.js');
  try {
    await promisify(execFile)(
      process.execPath,
      [wrangler, 'deploy', '--dry-run', '--outdir', directory, '--config', BUILD_CONFIGURATION],
      {
        cwd: PACKAGE_ROOT,
        env: { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_WRITE_LOGS: 'false' },
      },
    );
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new Error(`the Worker could not be built: ${output || String(error)}`, { cause: error });
  }
}

async function digestSources(): Promise<string> {
  const digest = createHash('sha256');
  const sources = await readdir(join(PACKAGE_ROOT, 'worker'), { recursive: true, withFileTypes: true });
  const paths = sources
    // What lies in dist is built of the other files.
    .filter((entry) => entry.isFile() && /\.ts$|\.json$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const path of [...BUILD_FILES.map((name) => join(PACKAGE_ROOT, name)), ...paths]) {
    const contents = await readFile(path);
    digest.update(`${path.slice(PACKAGE_ROOT.length)}\0${contents.length}\0`).update(contents);
  }
  return digest.digest('hex');
}

async function removeOldBuilds(current: string): Promise<void> {
  const others: { path: string; time: number }[] = [];
  for (const name of await readdir(BUILDS_DIRECTORY)) {
    if (name === current || name.startsWith('unfinished-')) continue;
    const path = join(BUILDS_DIRECTORY, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined) others.push({ path, time: found.mtimeMs });
  }
  others.sort((left, right) => right.time - left.time);
  for (const { path } of others.slice(BUILDS_KEPT - 1)) await rm(path, { recursive: true, force: true });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
