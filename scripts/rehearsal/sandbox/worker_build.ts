import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { access, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import type { ErrorCode } from '../../../worker/model/coded_error.ts';
import { ExplainedError } from '../../cli/explained_error.ts';
import { readWranglerConfiguration } from '../../deploy/wrangler_environment.ts';
import { configurationOptions, WRANGLER } from '../../deploy/wrangler_process.ts';
import { PACKAGE_ROOT, PRODUCT_CONFIGURATION, PROJECT_ROOT } from '../../files/package_root.ts';

const BUILDS_DIRECTORY = join(PROJECT_ROOT, '.wrangler', 'rehearsal');

/**
 * The inputs of a build, in addition to its configuration and the sources. An installed package has no
 * package-lock.json, and its package.json names exact versions.
 */
const BUILD_FILES = ['package-lock.json', 'package.json', 'tsconfig.json'];

/** The folders of a build's sources. An installed package has only the Worker, with what is built from the others. */
const SOURCE_FOLDERS = ['worker', 'reference'];

/** The current build and the previous one, which a running command may be reading. */
const BUILDS_KEPT = 2;

const EntrySchema = v.object({ main: v.optional(v.string()) });

const UNFINISHED = 'unfinished-';
const LONGEST_BUILD_MS = 60 * 60 * 1000;

export interface WorkerBuild {
  /** sha256 in hex of the build's inputs. */
  readonly digest: string;
  /** Contains the modules that `wrangler deploy` would upload. */
  readonly directory: string;
}

/** The Worker could not be built. */
export class WorkerBuildError extends ExplainedError {
  override readonly code: ErrorCode = 'ERR_WORKER_BUILD_FAILED';
}

/** Builds the Worker as it would be deployed, if its sources have changed since the last build. */
export async function buildWorker(onBuild: () => void = () => {}): Promise<WorkerBuild> {
  const configuration = await buildConfiguration();
  const digest = await digestSources(configuration);
  const directory = join(BUILDS_DIRECTORY, digest);
  if (await exists(join(directory, 'index.js'))) return { digest, directory };
  onBuild();
  await mkdir(BUILDS_DIRECTORY, { recursive: true });
  const unfinished = join(BUILDS_DIRECTORY, `${UNFINISHED}${randomUUID()}`);
  try {
    await build(configuration, unfinished);
    // If another process has made the same build in the meantime, that one stays.
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
  readonly type: 'ESModule' | 'CompiledWasm' | 'Text';
  readonly path: string;
  readonly contents: string | Uint8Array<ArrayBuffer>;
}

/** Reads the modules of a build, entry first. */
export async function readWorkerModules(directory: string): Promise<WorkerModule[]> {
  const modules: WorkerModule[] = [];
  for (const name of (await readdir(directory)).sort()) {
    const path = join(directory, name);
    if (name === 'index.js') {
      modules.unshift({ type: 'ESModule', path: name, contents: await readFile(path, 'utf8') });
    }
    if (/\.(txt|html)$/.test(name)) {
      modules.push({ type: 'Text', path: name, contents: await readFile(path, 'utf8') });
    }
    if (name.endsWith('.wasm')) {
      modules.push({ type: 'CompiledWasm', path: name, contents: new Uint8Array(await readFile(path)) });
    }
    if (name.endsWith('.txt')) {
      modules.push({ type: 'Text', path: name, contents: await readFile(path, 'utf8') });
    }
  }
  return modules;
}

/**
 * Returns wrangler's options for the effective configuration. One without an entry point, which cannot be deployed, only
 * defines bindings.
 */
async function buildConfiguration(): Promise<string[]> {
  const { main } = await readWranglerConfiguration(EntrySchema);
  return main === undefined
    ? ['--config', PRODUCT_CONFIGURATION, '--env', '']
    : configurationOptions('serving');
}

async function build(options: readonly string[], directory: string): Promise<void> {
  try {
    await promisify(execFile)(
      process.execPath,
      [WRANGLER, 'deploy', '--dry-run', '--outdir', directory, ...options],
      {
        cwd: PROJECT_ROOT,
        env: {
          ...process.env,
          WRANGLER_SEND_METRICS: 'false',
          WRANGLER_WRITE_LOGS: 'false',
          // The errors are read below.
          WRANGLER_LOG: 'error',
        },
      },
    );
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new WorkerBuildError(
      ['the Worker could not be built:', ...(output || String(error)).split('\n')],
      error,
    );
  }
}

async function digestSources([, configuration = '', , environment = '']: readonly string[]): Promise<string> {
  // Paths in the configuration are relative to its folder. The project's own folder does not matter: a copy has the
  // same build.
  const digest = createHash('sha256').update(`${relative(PACKAGE_ROOT, configuration)}\0${environment}\0`);
  const folders = SOURCE_FOLDERS.map((folder) => join(PACKAGE_ROOT, folder)).filter(existsSync);
  const read = (folder: string) => readdir(folder, { recursive: true, withFileTypes: true });
  const paths = (await Promise.all(folders.map(read)))
    .flat()
    // The files in dist are built from the others.
    .filter((entry) => entry.isFile() && /\.(ts|json|css)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const buildFiles = BUILD_FILES.map((name) => join(PACKAGE_ROOT, name)).filter(existsSync);
  for (const path of [configuration, ...buildFiles, ...paths]) {
    const contents = await readFile(path);
    digest.update(`${relative(PACKAGE_ROOT, path)}\0${contents.length}\0`).update(contents);
  }
  return digest.digest('hex');
}

async function removeOldBuilds(current: string): Promise<void> {
  const others: { path: string; time: number }[] = [];
  for (const name of await readdir(BUILDS_DIRECTORY)) {
    if (name === current) continue;
    const path = join(BUILDS_DIRECTORY, name);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) continue;
    // Another process may still be building. An older unfinished build is left over.
    if (name.startsWith(UNFINISHED) && Date.now() - found.mtimeMs < LONGEST_BUILD_MS) continue;
    others.push({ path, time: name.startsWith(UNFINISHED) ? 0 : found.mtimeMs });
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
