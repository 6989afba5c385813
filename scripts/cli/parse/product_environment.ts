import { existsSync } from 'node:fs';
import { wranglerConfiguration } from '../../files/package_root.ts';

/** The environment variables that only this product reads. */
const KNOWN = [
  'EDGE_SERVING_CONFIG',
  'EDGE_SERVING_TOKEN',
  'EDGE_SERVING_API_KEY',
  'EDGE_SERVING_SHARED_MODELS',
];

/**
 * Returns what is wrong with these variables, in one sentence, or undefined. A misspelled variable would otherwise be
 * ignored.
 */
export function environmentFault(environment: NodeJS.ProcessEnv): string | undefined {
  const unknown = Object.keys(environment).find(
    (name) => name.startsWith('EDGE_SERVING_') && !KNOWN.includes(name),
  );
  if (unknown !== undefined) {
    return `the environment variable ${unknown} is unknown; known ones are ${KNOWN.join(', ')}`;
  }
  const configuration = wranglerConfiguration();
  return existsSync(configuration)
    ? undefined
    : `EDGE_SERVING_CONFIG names ${configuration}, which does not exist`;
}
