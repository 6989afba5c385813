import { join } from 'node:path';
import { PACKAGE_ROOT, wranglerConfiguration } from '../files/package_root.ts';

/** The wrangler that belongs to this product, for `node`. */
export const WRANGLER = join(PACKAGE_ROOT, 'node_modules', 'wrangler', 'bin', 'wrangler.js');

/** An environment of the configuration; the predict Worker has none. */
export type WorkerEnvironment = 'management' | undefined;

/** The options with which wrangler works on the configuration that holds, and on one Worker of it. */
export function configurationOptions(environment: WorkerEnvironment): string[] {
  // The environment is given in any case, or wrangler warns that there are several.
  return ['--config', wranglerConfiguration(), '--env', environment ?? ''];
}
