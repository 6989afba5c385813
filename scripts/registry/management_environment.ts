import * as v from 'valibot';
import { POINTERS_BINDING } from '../../worker/registry/replica/kv_pointer_replica.ts';
import { loadWrangler } from '../files/load_wrangler.ts';

const MANAGEMENT = 'management';

const ConfigurationSchema = v.object({
  definedEnvironments: v.optional(v.array(v.string()), []),
  kv_namespaces: v.optional(v.array(v.object({ binding: v.string() })), []),
});

/**
 * Returns why a wrangler configuration cannot run a management Worker, in one sentence, or undefined. If the
 * environment is missing, wrangler would start the serving Worker. If it lacks the replica that the serving Worker has,
 * changes would not be served.
 */
export async function managementFault(configuration: string): Promise<string | undefined> {
  const { unstable_readConfig } = await loadWrangler();
  const predict = v.parse(ConfigurationSchema, unstable_readConfig({ config: configuration }));
  if (!predict.definedEnvironments.includes(MANAGEMENT)) {
    return `${configuration} has no environment [env.${MANAGEMENT}]`;
  }
  const managing = v.parse(
    ConfigurationSchema,
    unstable_readConfig({ config: configuration, env: MANAGEMENT }),
  );
  const replicates = ({ kv_namespaces: bound }: typeof predict): boolean =>
    bound.some(({ binding }) => binding === POINTERS_BINDING);
  return replicates(predict) && !replicates(managing)
    ? `${configuration} binds ${POINTERS_BINDING} for the serving Worker but not in [env.${MANAGEMENT}]`
    : undefined;
}
