import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';

const here = dirname(fileURLToPath(import.meta.url));

/** Where wrangler.toml and package.json are. */
export const PACKAGE_ROOT = dirname(dirname(here));

/** The configuration that comes with the product. */
export const PRODUCT_CONFIGURATION = join(PACKAGE_ROOT, 'wrangler.toml');

/**
 * The configuration that holds, for whatever builds, deploys, or looks for the bucket: the product's, or the file that
 * EDGE_SERVING_CONFIG names. Nothing else decides it.
 */
export function wranglerConfiguration(): string {
  const named = process.env.EDGE_SERVING_CONFIG;
  return named === undefined || named === '' ? PRODUCT_CONFIGURATION : resolveFromCaller(named);
}

/** Where `wrangler dev` keeps local state unless told otherwise. */
export const DEFAULT_STATE_DIRECTORY = join(PACKAGE_ROOT, '.wrangler', 'state');

const PackageSchema = v.object({ name: v.string(), version: v.string() });

/** What goes into a manifest as the tool that wrote it. */
export async function toolVersion(): Promise<string> {
  const text = await readFile(join(PACKAGE_ROOT, 'package.json'), 'utf8');
  const { name, version } = v.parse(PackageSchema, JSON.parse(text));
  return `${name} ${version}`;
}

/** A path that the user typed, as an absolute one. */
export function resolveFromCaller(path: string): string {
  return resolve(callerDirectory(), path);
}

/** A path as the user would type it: relative where it lies below the folder of the user, else absolute. */
export function showToCaller(path: string): string {
  const typed = relative(callerDirectory(), path);
  if (typed === '') return '.';
  const isOutside = typed === '..' || typed.startsWith(`..${sep}`) || isAbsolute(typed);
  return isOutside ? path : typed;
}

/** Where the user is: npm runs scripts in the package's root and says in INIT_CWD where it was called. */
function callerDirectory(): string {
  return process.cwd() === PACKAGE_ROOT ? (process.env.INIT_CWD ?? PACKAGE_ROOT) : process.cwd();
}
