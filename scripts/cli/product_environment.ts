import { existsSync } from 'node:fs';
import { wranglerConfiguration } from '../files/package_root.ts';

/** The variables of the environment that this product reads by a name of its own. */
const KNOWN = ['EDGE_SERVING_CONFIG', 'EDGE_SERVING_TOKEN', 'EDGE_SERVING_SHARED_MODELS'];

/** What is wrong with these variables, in one sentence; undefined where nothing is. A misspelled one would be ignored. */
export function environmentFault(environment: NodeJS.ProcessEnv): string | undefined {
  const unknown = Object.keys(environment).find(
    (name) => name.startsWith('EDGE_SERVING_') && !KNOWN.includes(name),
  );
  if (unknown !== undefined) {
    return `the environment variable ${unknown} is unknown; there are ${KNOWN.join(', ')}`;
  }
  const configuration = wranglerConfiguration();
  return existsSync(configuration)
    ? undefined
    : `EDGE_SERVING_CONFIG names ${configuration}, which is not there`;
}
