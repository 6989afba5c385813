import { join } from 'node:path';
import { PACKAGE_ROOT, wranglerConfiguration } from '../files/package_root.ts';

/** The path of this product's wrangler, to run with `node`. */
export const WRANGLER = join(PACKAGE_ROOT, 'node_modules', 'wrangler', 'bin', 'wrangler.js');

/** An environment of the configuration. The serving Worker has none. */
export type WorkerEnvironment = 'management' | undefined;

/** Returns the options with which wrangler uses the effective configuration and one of its Workers. */
export function configurationOptions(environment: WorkerEnvironment): string[] {
  // The environment is always given, since wrangler warns if there are several.
  return ['--config', wranglerConfiguration(), '--env', environment ?? ''];
}
