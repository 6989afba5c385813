import { dirname, join } from 'node:path';
import { WRANGLER_PACKAGE } from '../files/load_wrangler.ts';
import { wranglerConfiguration } from '../files/package_root.ts';
import { managementEnvironment, wranglerEnvironment } from './wrangler_environment.ts';

/** The path of this product's wrangler, to run with `node`. */
export const WRANGLER = join(dirname(WRANGLER_PACKAGE), 'bin', 'wrangler.js');

/** One of the two Workers of a configuration. */
export type WorkerName = 'serving' | 'management';

/** Returns the options with which wrangler uses the effective configuration and one of its Workers. */
export function configurationOptions(worker: WorkerName): string[] {
  const environment = worker === 'management' ? managementEnvironment() : wranglerEnvironment();
  // The environment is always given, since wrangler warns if there are several.
  return ['--config', wranglerConfiguration(), '--env', environment];
}
