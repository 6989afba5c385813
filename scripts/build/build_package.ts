import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import * as v from 'valibot';
import { PACKAGE_ROOT } from '../files/package_root.ts';
import { buildConsole } from './console_build.ts';
import { buildKernels } from './kernel_build.ts';
import { buildReference } from './reference_build.ts';

/** The folder in which the package is put together. */
const PACKAGE = join(PACKAGE_ROOT, 'dist', 'package');

/** The folders that are compiled, each with its own environment, and with what they import. */
const COMPILED = ['scripts', 'client'];

/** The Worker stays TypeScript: wrangler bundles it in the user's project, with the WebAssembly that is built here. */
const COPIED = ['bin', 'worker', 'models', 'tsconfig.json', 'LICENSE'];

/** Messages name pages of these, and the README leads to the others. */
const DOCUMENTS = ['README.md', 'CHANGELOG.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs'];

/** Packages that commands need, and that are no dependencies in the sources, where npm ci installs them anyway. */
const RUN_TIME_PACKAGES = ['miniflare', 'wrangler'];

const PackageSchema = v.looseObject({
  exports: v.record(v.string(), v.string()),
  devDependencies: v.record(v.string(), v.string()),
  dependencies: v.record(v.string(), v.string()),
});

await buildKernels();
await buildConsole();
await buildReference();
await rm(PACKAGE, { recursive: true, force: true });
await mkdir(PACKAGE, { recursive: true });
for (const part of COMPILED) {
  run(process.execPath, [
    join(PACKAGE_ROOT, 'node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    join(PACKAGE_ROOT, part, 'tsconfig.package.json'),
  ]);
}
for (const name of [...COPIED, ...DOCUMENTS]) {
  await cp(join(PACKAGE_ROOT, name), join(PACKAGE, name), {
    recursive: true,
    filter: (path) => !/[\\/]assembly([\\/]|$)/.test(relative(PACKAGE_ROOT, path)),
  });
}
await writeFile(join(PACKAGE, 'wrangler.toml'), await configuration());
await writeFile(join(PACKAGE, 'package.json'), `${JSON.stringify(await description(), null, 2)}\n`);
run('npm', ['pack', '--pack-destination', join(PACKAGE_ROOT, 'dist')], PACKAGE);

/** The configuration without the build of what the package contains. */
async function configuration(): Promise<string> {
  const text = await readFile(join(PACKAGE_ROOT, 'wrangler.toml'), 'utf8');
  return text
    .replace('#:schema node_modules/wrangler/config-schema.json\n', '')
    .replace(/^# Builds the project's own.*\n\[build\]\n(.+\n)+\n/m, '')
    .replace(/^# Bundles the console.*\n\[env\.management\.build\]\n(.+\n)+\n/m, '');
}

async function description(): Promise<object> {
  const text = await readFile(join(PACKAGE_ROOT, 'package.json'), 'utf8');
  const { scripts, allowScripts, exports, devDependencies, dependencies, ...rest } = v.parse(
    PackageSchema,
    JSON.parse(text),
  );
  const needed = RUN_TIME_PACKAGES.map((name) => {
    const version = devDependencies[name];
    if (version === undefined) throw new Error(`package.json does not have ${name}`);
    return [name, version];
  });
  const entries = Object.entries(exports).map(([name, path]) => [name, entryOf(path)]);
  return {
    ...rest,
    exports: Object.fromEntries(entries),
    dependencies: { ...dependencies, ...Object.fromEntries(needed) },
  };
}

function entryOf(path: string): string | { readonly types: string; readonly default: string } {
  if (path.startsWith('./worker/')) return path;
  const compiled = path.replace(/\.ts$/, '');
  return { types: `${compiled}.d.ts`, default: `${compiled}.js` };
}

function run(program: string, words: readonly string[], cwd = PACKAGE_ROOT): void {
  execFileSync(program, words, { cwd, stdio: 'inherit', shell: process.platform === 'win32' });
}
