import { wranglerEnvironment } from '../deploy/wrangler_environment.ts';
import { loadWrangler } from '../files/load_wrangler.ts';
import { wranglerConfiguration } from '../files/package_root.ts';

const VARIABLE = 'CORS_ORIGINS';
/** The pages of this machine, such as those that a bundler serves at another port. */
const LOCAL_ORIGINS = ['http://localhost:*', 'http://127.0.0.1:*', 'http://[::1]:*'];

/**
 * Returns the variable that lets pages of this machine read answers, or nothing if the origins are set already: on the
 * command line, in wrangler.toml or in .dev.vars.
 *
 * @param given variables of the command line, as `NAME:VALUE`
 */
export async function localOrigins(given: readonly string[]): Promise<string[]> {
  if (given.some((variable) => variable.startsWith(`${VARIABLE}:`))) return [];
  const { unstable_readConfig, unstable_getVarsForDev } = await loadWrangler();
  const [config, env] = [wranglerConfiguration(), wranglerEnvironment()];
  const { vars } = unstable_readConfig({ config, env });
  const all = unstable_getVarsForDev(config, undefined, vars, env === '' ? undefined : env, true);
  return Object.hasOwn(all, VARIABLE) ? [] : [`${VARIABLE}:${LOCAL_ORIGINS.join(',')}`];
}
