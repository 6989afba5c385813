import { existsSync } from 'node:fs';
import { wranglerConfiguration } from '../../files/package_root.ts';
import { commandLine } from '../invocation.ts';

/** The environment variables that only this product reads. */
const KNOWN = [
  'EDGE_SERVING_CONFIG',
  'EDGE_SERVING_TOKEN',
  'EDGE_SERVING_FROM_TOKEN',
  'EDGE_SERVING_API_KEY',
  'EDGE_SERVING_SHARED_MODELS',
];

/**
 * Returns what is wrong with these variables, in one sentence, or undefined. A misspelled variable would otherwise be
 * ignored.
 *
 * @param needsConfiguration true for a command that reads wrangler.toml
 */
export function productFault(
  environment: NodeJS.ProcessEnv,
  needsConfiguration: boolean,
): string | undefined {
  const unknown = Object.keys(environment).find(
    (name) => name.startsWith('EDGE_SERVING_') && !KNOWN.includes(name),
  );
  if (unknown !== undefined) {
    return `the environment variable ${unknown} is unknown; known ones are ${KNOWN.join(', ')}`;
  }
  const configuration = wranglerConfiguration();
  if (existsSync(configuration)) return undefined;
  if (environment.EDGE_SERVING_CONFIG) {
    return `EDGE_SERVING_CONFIG names ${configuration}, which does not exist`;
  }
  return needsConfiguration
    ? `there is no wrangler.toml here or in a folder above; make one with ${commandLine('init', '', environment)}`
    : undefined;
}
