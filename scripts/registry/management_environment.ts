import * as v from 'valibot';
import { POINTERS_BINDING } from '../../worker/registry/replica/kv_pointer_replica.ts';
import {
  environmentFault,
  managementEnvironment,
  readWranglerConfiguration,
} from '../deploy/wrangler_environment.ts';
import { wranglerConfiguration } from '../files/package_root.ts';

const ConfigurationSchema = v.object({
  kv_namespaces: v.optional(v.array(v.object({ binding: v.string() })), []),
});

/**
 * Returns why the effective configuration cannot run a management Worker, in one sentence, or undefined. If the
 * environment is missing, wrangler would start the serving Worker. If it lacks the replica that the serving Worker has,
 * changes would not be served.
 */
export async function managementFault(): Promise<string | undefined> {
  const environment = managementEnvironment();
  const missing = await environmentFault(environment);
  if (missing !== undefined) return missing;
  const predict = await readWranglerConfiguration(ConfigurationSchema);
  const managing = await readWranglerConfiguration(ConfigurationSchema, environment);
  const replicates = ({ kv_namespaces: bound }: typeof predict): boolean =>
    bound.some(({ binding }) => binding === POINTERS_BINDING);
  return replicates(predict) && !replicates(managing)
    ? `${wranglerConfiguration()} binds ${POINTERS_BINDING} for the serving Worker but not in [env.${environment}]`
    : undefined;
}
