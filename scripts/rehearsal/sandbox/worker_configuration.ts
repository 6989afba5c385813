import * as v from 'valibot';
import { readWranglerConfiguration } from '../../deploy/wrangler_environment.ts';

/** The settings of wrangler.toml that affect a version. */
const ConfigurationSchema = v.object({
  compatibility_date: v.string(),
  compatibility_flags: v.optional(v.array(v.string()), []),
  vars: v.optional(v.record(v.string(), v.unknown()), {}),
});

export interface WorkerConfiguration {
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  /** The variables of wrangler.toml as deployed, without secrets and `--var`. */
  readonly variables: Readonly<Record<string, string>>;
}

export async function readWorkerConfiguration(): Promise<WorkerConfiguration> {
  const read = await readWranglerConfiguration(ConfigurationSchema);
  return {
    compatibilityDate: read.compatibility_date,
    compatibilityFlags: read.compatibility_flags,
    variables: Object.fromEntries(Object.entries(read.vars).map(([name, value]) => [name, String(value)])),
  };
}

const DEFAULT_MEMORY_BUDGET_MB = 64;

/** Returns MEMORY_BUDGET_MB in bytes, or the default if it is not set or invalid. */
export function memoryBudgetBytes({ variables }: WorkerConfiguration): number {
  const megabytes = Number(variables.MEMORY_BUDGET_MB ?? DEFAULT_MEMORY_BUDGET_MB);
  return (megabytes > 0 ? megabytes : DEFAULT_MEMORY_BUDGET_MB) * 1024 * 1024;
}
