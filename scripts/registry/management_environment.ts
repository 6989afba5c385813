import * as v from 'valibot';
import { POINTERS_BINDING } from '../../worker/registry/replica/kv_pointer_replica.ts';
import { loadWrangler } from './open_registry.ts';

const MANAGEMENT = 'management';

const ConfigurationSchema = v.object({
  definedEnvironments: v.optional(v.array(v.string()), []),
  kv_namespaces: v.optional(v.array(v.object({ binding: v.string() })), []),
});

/**
 * Why no management Worker can be run from a wrangler configuration, in one sentence; undefined where one can.
 * For an environment that it does not have, wrangler would start the predict Worker, and for one without the
 * replica that the predict Worker has, what is changed would not be served.
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
    ? `${configuration} binds ${POINTERS_BINDING} for the predict Worker and not in [env.${MANAGEMENT}]`
    : undefined;
}
