import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';

const here = dirname(fileURLToPath(import.meta.url));

/** The folder of this package: of its package.json, its Worker and its sample models. */
export const PACKAGE_ROOT = dirname(dirname(here));

/** The folder of the user's wrangler.toml, models and local state. In a clone, it is that of the package. */
export const PROJECT_ROOT = PACKAGE_ROOT.split(sep).includes('node_modules')
  ? projectAround(process.cwd())
  : PACKAGE_ROOT;

/** Returns the nearest folder above that has a wrangler.toml, or else the folder itself. */
function projectAround(directory: string): string {
  for (let folder = directory; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'wrangler.toml'))) return folder;
    if (dirname(folder) === folder) return directory;
  }
}

/** The product's own configuration. */
export const PRODUCT_CONFIGURATION = join(PACKAGE_ROOT, 'wrangler.toml');

/**
 * Returns the effective configuration for builds, deployments and the bucket: the project's, or the file that
 * EDGE_SERVING_CONFIG names.
 */
export function wranglerConfiguration(): string {
  const named = process.env.EDGE_SERVING_CONFIG;
  return named === undefined || named === '' ? join(PROJECT_ROOT, 'wrangler.toml') : resolveFromCaller(named);
}

/** The default folder of `wrangler dev` for local state. */
export const DEFAULT_STATE_DIRECTORY = join(PROJECT_ROOT, '.wrangler', 'state');

const PackageSchema = v.object({ name: v.string(), version: v.string() });

/** Returns the tool's name and version for manifests. */
export async function toolVersion(): Promise<string> {
  const text = await readFile(join(PACKAGE_ROOT, 'package.json'), 'utf8');
  const { name, version } = v.parse(PackageSchema, JSON.parse(text));
  return `${name} ${version}`;
}

/** Returns the absolute form of a path that the user typed. */
export function resolveFromCaller(path: string): string {
  return resolve(callerDirectory(), path);
}

/** Returns a path as the user would type it: relative if it is below the user's folder, else absolute. */
export function showToCaller(path: string): string {
  const typed = relative(callerDirectory(), path);
  if (typed === '') return '.';
  const isOutside = typed === '..' || typed.startsWith(`..${sep}`) || isAbsolute(typed);
  return isOutside ? path : typed;
}

/** Returns the user's folder: npm runs scripts in the package's root and sets INIT_CWD to the folder of the call. */
function callerDirectory(): string {
  return process.cwd() === PROJECT_ROOT ? (process.env.INIT_CWD ?? PROJECT_ROOT) : process.cwd();
}

/** Returns the URL of a module to start in another process. In a package, modules are compiled. */
export function startableModule(source: URL): URL {
  return new URL(source.href.replace(/\.ts$/, extname(import.meta.url)));
}
