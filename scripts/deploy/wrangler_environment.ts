import { type Command, InvalidArgumentError, Option } from 'commander';
import * as v from 'valibot';
import { loadWrangler } from '../files/load_wrangler.ts';
import { showToCaller, wranglerConfiguration } from '../files/package_root.ts';
import { keptConfiguration } from './kept_configuration.ts';

/** The environment variable with the meaning of `--env`, which wrangler reads too. */
const VARIABLE = 'CLOUDFLARE_ENV';

/** Adds the option that selects an environment of the configuration. */
export function withEnvironmentOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--env <name>',
      `the environment [env.<name>] of wrangler.toml: its bucket, variables and Worker (default: ${VARIABLE}, if set)`,
    ).argParser(parseEnvironment),
  );
}

export function parseEnvironment(text: string): string {
  if (/^[\w-]{1,63}$/.test(text)) return text;
  throw new InvalidArgumentError('An environment has a name of letters, digits, "_" and "-".');
}

/**
 * Makes the environment of the command line the one of this process. Does nothing for a command without the option.
 *
 * @returns why the configuration cannot be used with it, in one sentence, or undefined
 */
export async function selectEnvironment(command: Command): Promise<string | undefined> {
  if (!command.options.some(({ long }) => long === '--env')) return undefined;
  const name = v.parse(v.optional(v.string()), command.opts().env);
  if (name !== undefined) process.env[VARIABLE] = name;
  return environmentFault(wranglerEnvironment());
}

/** Returns the environment of the serving Worker, as wrangler knows it: empty for the top level of the configuration. */
export function wranglerEnvironment(): string {
  return process.env[VARIABLE] ?? '';
}

/** Returns the environment of the management Worker: `management`, or with `--env staging`, `staging-management`. */
export function managementEnvironment(): string {
  return [wranglerEnvironment(), 'management'].filter((part) => part !== '').join('-');
}

const EnvironmentsSchema = v.object({ definedEnvironments: v.optional(v.array(v.string()), []) });

/**
 * Returns why the effective configuration cannot be used with an environment, in one sentence, or undefined. If it
 * lacks the environment, wrangler would use its top level.
 */
export async function environmentFault(environment: string): Promise<string | undefined> {
  if (environment === '') return undefined;
  const { definedEnvironments } = await readWranglerConfiguration(EnvironmentsSchema, '');
  return definedEnvironments.includes(environment)
    ? undefined
    : `${showToCaller(wranglerConfiguration())} has no environment [env.${environment}]`;
}

/** Reads the effective configuration as wrangler does, with one of its environments. */
export async function readWranglerConfiguration<const Schema extends v.GenericSchema>(
  schema: Schema,
  environment = wranglerEnvironment(),
): Promise<v.InferOutput<Schema>> {
  const path = wranglerConfiguration();
  const configuration = await keptConfiguration(path, environment, async () => {
    const { unstable_readConfig } = await loadWrangler();
    return unstable_readConfig({ config: path, env: environment });
  });
  return v.parse(schema, configuration);
}
