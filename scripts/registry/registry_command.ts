import { type Command, InvalidArgumentError, Option } from 'commander';
import * as v from 'valibot';
import { type CommandModule, EXIT_FAILED, EXIT_USAGE, withJsonOption } from '../cli/command_module.ts';
import { commandLine } from '../cli/invocation.ts';
import type { Output } from '../cli/output.ts';
import { withEnvironmentOption } from '../deploy/wrangler_environment.ts';
import { requireRoom } from '../files/full_disk.ts';
import { DEFAULT_STATE_DIRECTORY, resolveFromCaller, showToCaller } from '../files/package_root.ts';
import type { RegistryPlace } from './open_registry.ts';
import type { Registry } from './registry.ts';

/** The environment variable of the token: all users of a machine can see command lines. */
export const TOKEN_VARIABLE = 'EDGE_SERVING_TOKEN';

export interface RegistryCommand {
  /** Only a command that publishes creates local state. */
  readonly state: 'must exist' | 'made where missing';
  /** A command that only reads does not change the replica of the pointers either. */
  readonly access?: 'read' | 'change';
  /** Adds the arguments and options, in addition to those that select the registry. */
  readonly define: (command: Command) => Command;
  readonly run: (registry: Registry, output: Output, command: Command) => Promise<number>;
}

/** Makes a command that reads or changes a registry, which its options select. */
export function registryCommand({ define, ...rest }: RegistryCommand): CommandModule {
  return {
    define: (command) => define(withRegistryOptions(command)),
    run: (command, output) => runOnRegistry(command, output, rest),
  };
}

/** Adds the options that select a registry, and `--json`. */
export function withRegistryOptions(command: Command): Command {
  return withEnvironmentOption(withJsonOption(command))
    .addOption(
      new Option(
        '--persist-to <directory>',
        'local state folder, as of `wrangler dev` (default: .wrangler/state)',
      ),
    )
    .addOption(
      new Option(
        '--remote',
        'the bucket of the account that wrangler is logged in to, not local state',
      ).conflicts('persistTo'),
    )
    .addOption(
      new Option(
        '--url <address>',
        `the registry behind a management Worker; its token is taken from ${TOKEN_VARIABLE}`,
      )
        .argParser(parseManagementUrl)
        .conflicts(['persistTo', 'remote']),
    );
}

const RegistryOptionsSchema = v.object({
  persistTo: v.optional(v.string()),
  remote: v.optional(v.boolean(), false),
  url: v.optional(v.instance(URL)),
});

/** Runs an action on the registry that the options of a command select, and closes the registry. */
export async function runOnRegistry(
  command: Command,
  output: Output,
  { state, access = 'change', run }: Omit<RegistryCommand, 'define'>,
): Promise<number> {
  const place = selectedPlace(command);
  if (place === undefined) {
    output.error(TOKEN_MISSING, 'ERR_COMMAND_LINE_INVALID');
    return EXIT_USAGE;
  }
  return withRegistry(place, output, { state, access }, (registry) => run(registry, output, command));
}

/** Opens the registry of a place for an action that returns an exit code, and closes it. */
export async function withRegistry(
  place: RegistryPlace,
  output: Output,
  { state, access = 'change' }: Pick<RegistryCommand, 'state' | 'access'>,
  run: (registry: Registry) => Promise<number>,
): Promise<number> {
  const { openRegistry } = await import('./open_registry.ts');
  const { hasLocalState } = await import('./local/local_registry.ts');
  if (state === 'must exist' && place.kind === 'local' && !(await hasLocalState(place.directory))) {
    output.error([
      `the local state folder ${showToCaller(place.directory)} does not exist`,
      `${commandLine('dev')} and ${commandLine('publish')} create it.`,
    ]);
    return EXIT_FAILED;
  }
  if (state === 'made where missing' && place.kind === 'local') await requireRoom(place.directory);
  if (place.kind === 'remote') output.progress('Opening the REMOTE bucket of the account');
  if (place.kind === 'management') output.progress(`Asking ${place.service.url.origin}`);
  const registry = await openRegistry(place);
  try {
    const code = await run(registry);
    if (access === 'change') await registry.repairReplica();
    for (const warning of registry.warnings) output.warning(warning);
    return code;
  } finally {
    await registry.close();
  }
}

export const TOKEN_MISSING = `--url needs a token in the environment variable ${TOKEN_VARIABLE}`;

/** Returns the registry that the options of a command select, or undefined if the token for it is missing. */
export function selectedPlace(command: Command): RegistryPlace | undefined {
  const { persistTo, remote, url } = v.parse(RegistryOptionsSchema, command.opts());
  if (url !== undefined) {
    const token = process.env[TOKEN_VARIABLE];
    return token === undefined || token === '' ? undefined : { kind: 'management', service: { url, token } };
  }
  if (remote) return { kind: 'remote' };
  const directory = persistTo === undefined ? DEFAULT_STATE_DIRECTORY : resolveFromCaller(persistTo);
  return { kind: 'local', directory };
}

/** Tokens leave the machine only encrypted. */
export function parseManagementUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLocal = url !== undefined && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url === undefined || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLocal))) {
    throw new InvalidArgumentError('The URL must be an https: URL, or http: on this machine.');
  }
  if (url.search !== '' || url.username !== '' || url.password !== '') {
    throw new InvalidArgumentError(
      `The URL must not contain a query or credentials; set the token in ${TOKEN_VARIABLE}.`,
    );
  }
  return url;
}
