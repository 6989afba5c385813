import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { readWranglerConfiguration, wranglerEnvironment } from '../deploy/wrangler_environment.ts';
import { wranglerConfiguration } from '../files/package_root.ts';

const VARIABLE = 'CORS_ORIGINS';
/** The pages of this machine, such as those that a bundler serves at another port. */
const LOCAL_ORIGINS = ['http://localhost:*', 'http://127.0.0.1:*', 'http://[::1]:*'];

const ConfigurationSchema = v.object({ vars: v.optional(v.record(v.string(), v.unknown()), {}) });

/**
 * Returns the variable that lets pages of this machine read answers, or nothing if the origins are set already: on the
 * command line, in wrangler.toml, or in a file of variables that wrangler reads.
 *
 * @param given variables of the command line, as `NAME:VALUE`
 */
export async function localOrigins(given: readonly string[]): Promise<string[]> {
  if (given.some((variable) => variable.startsWith(`${VARIABLE}:`))) return [];
  const { vars } = await readWranglerConfiguration(ConfigurationSchema);
  const isSet = Object.hasOwn(vars, VARIABLE) || (await isInVariableFile());
  return isSet ? [] : [`${VARIABLE}:${LOCAL_ORIGINS.join(',')}`];
}

/** True if one of the files next to the configuration that wrangler may read sets the origins. */
async function isInVariableFile(): Promise<boolean> {
  const environment = wranglerEnvironment();
  const names = ['.dev.vars', '.env', '.env.local'].flatMap((name) =>
    environment === '' ? [name] : [name, `${name}.${environment}`],
  );
  const folder = dirname(wranglerConfiguration());
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8').catch(() => '')));
  return texts.some((text) => new RegExp(`^\\s*(?:export\\s+)?${VARIABLE}\\s*=`, 'm').test(text));
}
