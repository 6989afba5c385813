import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../scripts/files/package_root.ts';
import { tritonEnvironment } from '../fixtures/python/python.ts';

/** All files that commands of pages read, with the Worker's build, so that no page builds it again. */
const COPIED = [
  '.wrangler/rehearsal',
  'bin',
  'client',
  'console',
  'import',
  'models',
  'package-lock.json',
  'package.json',
  'reference',
  'scripts',
  'tsconfig.json',
  'worker',
  'wrangler.toml',
];

export interface ProjectCopy {
  readonly directory: string;
  /** The environment of a new terminal, without the variables of the npm that runs the tests. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  remove(): Promise<void>;
}

/** A copy of the project in its state after `npm ci`, in which a page's commands may write. */
export async function copyProject(): Promise<ProjectCopy> {
  const directory = await mkdtemp(join(tmpdir(), 'edge-serving-page-'));
  for (const name of COPIED) await cp(join(PACKAGE_ROOT, name), join(directory, name), { recursive: true });
  await linkPackages(join(PACKAGE_ROOT, 'node_modules'), join(directory, 'node_modules'));
  const home = join(directory, '.home');
  await mkdir(home);
  // Pages show the output of curl without its progress meter.
  for (const name of ['.curlrc', '_curlrc']) await writeFile(join(home, name), 'silent\nshow-error\n');
  const inherited = Object.entries(tritonEnvironment()).filter(
    ([name]) => !/^(npm_|INIT_CWD$|VITEST|NODE_)/i.test(name),
  );
  return {
    directory,
    environment: {
      ...Object.fromEntries(inherited),
      CURL_HOME: home,
      NO_COLOR: '1',
      USER: 'ann',
      WRANGLER_SEND_METRICS: 'false',
      // Pages omit the two lines that npm prints before the output of a script.
      npm_config_loglevel: 'silent',
    },
    remove: () => rm(directory, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** Links each package separately, so that a command that empties `node_modules` removes links and not packages. */
async function linkPackages(from: string, to: string): Promise<void> {
  await mkdir(to);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (entry.isDirectory()) await symlink(join(from, entry.name), join(to, entry.name), 'junction');
  }
}
