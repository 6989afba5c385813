import { Command, InvalidArgumentError, Option } from 'commander';
import * as v from 'valibot';
import { isName, NAME_RULE } from '../../worker/model/names.ts';
import { BY_LENGTH, REASON_LENGTH } from '../../worker/registry/pointer/transition.ts';
import { parseVersion } from '../../worker/registry/version/version.ts';
import { PREDICT_VARIABLES } from '../deploy/worker_variables.ts';
import { requireRoom } from '../files/full_disk.ts';
import { DEFAULT_STATE_DIRECTORY, resolveFromCaller, showToCaller } from '../files/package_root.ts';
import { hasLocalState, openRegistry, type Registry, type RegistryPlace } from '../registry/open_registry.ts';
import { COMMAND_HELP, EXIT_CODES_HELP } from './command_help.ts';
import { errorCode, errorLines } from './explained_error.ts';
import { createOutput, type Output } from './output.ts';
import { parseCommandLine } from './parse_command_line.ts';

/** The command succeeded, or there was nothing to do. */
export const EXIT_DONE = 0;
/** The command was refused or failed. */
export const EXIT_FAILED = 1;
/** The command line is invalid. */
const EXIT_USAGE = 2;

/** Makes a command of package.json's scripts. */
export function newCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .helpOption('-h, --help', 'show this help')
    .configureHelp(COMMAND_HELP)
    .addHelpText('after', EXIT_CODES_HELP)
    .allowExcessArguments(false);
}

/** Makes a command that reads or changes a registry. */
export function registryCommand(name: string, description: string): Command {
  return newCommand(name, description)
    .option('--json', 'print the result, or the error, as JSON on standard output')
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

/** Adds the options of a command that changes a pointer, which its history records. */
export function withChangeOptions(command: Command): Command {
  return command
    .option('--reason <text>', 'why; kept in the history', parseTextUpTo(REASON_LENGTH))
    .option(
      '--by <name>',
      'who; kept in the history (default: the user of this machine)',
      parseTextUpTo(BY_LENGTH),
    );
}

function parseTextUpTo(length: number): (text: string) => string {
  return (text) => {
    if (text.length <= length) return text;
    throw new InvalidArgumentError(`It has ${text.length} characters; at most ${length} are kept.`);
  };
}

const RegistryOptionsSchema = v.object({
  persistTo: v.optional(v.string()),
  remote: v.optional(v.boolean(), false),
  url: v.optional(v.instance(URL)),
});

/** The environment variable of the token: all users of a machine can see command lines. */
const TOKEN_VARIABLE = 'EDGE_SERVING_TOKEN';

export interface RegistryAccess {
  readonly state: 'must exist' | 'made where missing';
  /** A command that only reads does not change the replica of the pointers either. */
  readonly access?: 'read' | 'change';
}

/** Runs a command against the registry that its options name. Only a command that publishes creates local state. */
export async function runRegistryCommand(
  command: Command,
  { state, access = 'change' }: RegistryAccess,
  action: (registry: Registry, output: Output) => Promise<number>,
): Promise<void> {
  await runCommand(command, async (output) => {
    const options = v.parse(RegistryOptionsSchema, command.opts());
    const token = process.env[TOKEN_VARIABLE];
    if (options.url !== undefined && (token === undefined || token === '')) {
      output.error(`--url needs a token in the environment variable ${TOKEN_VARIABLE}`);
      return EXIT_USAGE;
    }
    const place = registryPlace(options, token ?? '');
    if (state === 'must exist' && place.kind === 'local' && !(await hasLocalState(place.directory))) {
      output.error([
        `the local state folder ${showToCaller(place.directory)} does not exist`,
        'npm run dev and npm run publish create it.',
      ]);
      return EXIT_FAILED;
    }
    if (state === 'made where missing' && place.kind === 'local') await requireRoom(place.directory);
    if (place.kind === 'remote') output.progress('Opening the REMOTE bucket of the account');
    if (place.kind === 'management') output.progress(`Asking ${place.service.url.origin}`);
    const registry = await openRegistry(place);
    try {
      const code = await action(registry, output);
      if (access === 'change') await registry.repairReplica();
      for (const warning of registry.warnings) output.warning(warning);
      return code;
    } finally {
      await registry.close();
    }
  });
}

function registryPlace(
  { persistTo, remote, url }: v.InferOutput<typeof RegistryOptionsSchema>,
  token: string,
): RegistryPlace {
  if (url !== undefined) return { kind: 'management', service: { url, token } };
  if (remote) return { kind: 'remote' };
  const directory = persistTo === undefined ? DEFAULT_STATE_DIRECTORY : resolveFromCaller(persistTo);
  return { kind: 'local', directory };
}

/** Parses the command line, runs the action and ends the process with its exit code. */
export async function runCommand(
  command: Command,
  action: (output: Output) => Promise<number>,
): Promise<void> {
  // Determined before parsing, so that an invalid command line is also reported in the requested form.
  const output = createOutput(process.argv.includes('--json'));
  const parsed = parseCommandLine(command, process.argv.slice(2), process.env);
  if (parsed.kind === 'helped') return endProcess(EXIT_DONE);
  if (parsed.kind === 'parsed') return endProcess(await perform(action, output));
  output.error(parsed.lines);
  endProcess(EXIT_USAGE);
}

async function perform(action: (output: Output) => Promise<number>, output: Output): Promise<number> {
  try {
    return await action(output);
  } catch (error) {
    output.error(errorLines(error), errorCode(error));
    return EXIT_FAILED;
  }
}

/** Handles that wrangler leaves open, such as a failed connection, must not keep a script alive. */
function endProcess(code: number): void {
  process.stdout.write('', () => process.exit(code));
}

/** Tokens leave the machine only encrypted. */
function parseManagementUrl(text: string): URL {
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

export function parseNameArgument(text: string): string {
  if (!isName(text)) throw new InvalidArgumentError(`A name consists of ${NAME_RULE}.`);
  return text;
}

export function parseVersionArgument(text: string): string {
  const version = parseVersion(text);
  if (version === undefined) {
    throw new InvalidArgumentError('A version is MAJOR.MINOR.PATCH, or a plain integer.');
  }
  return version;
}

export function parseCountArgument(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('The value must be a whole number.');
  return Number(text);
}

export function parseShareArgument(text: string): number {
  const share = /^\d{1,3}(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
  if (!(share <= 100)) throw new InvalidArgumentError('A share is a number from 0 to 100, in percent.');
  return share;
}

export function parsePortArgument(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) throw new InvalidArgumentError('A port is a number from 1 to 65535.');
  return port;
}

export function parseVariableArgument(text: string): string {
  if (!/^[A-Za-z_]\w*:/.test(text)) {
    throw new InvalidArgumentError(
      'A variable is NAME:VALUE, and its name consists of letters, digits and _.',
    );
  }
  // The Worker ignores unknown variables, so that a misspelled name would have no effect.
  const name = text.slice(0, text.indexOf(':'));
  if (!PREDICT_VARIABLES.includes(name)) {
    throw new InvalidArgumentError(
      `The Worker has no variable ${name}; its variables are ${PREDICT_VARIABLES.join(', ')}.`,
    );
  }
  return text;
}
