import type { Argument, Command } from 'commander';
import { parseNameArgument } from '../../cli/options/arguments.ts';
import { singleQuoted } from '../../cli/shell_word.ts';
import { OWN_SUBCOMMANDS } from '../subcommands.ts';

/** What a script needs to know. */
export interface CompletionSource {
  readonly commands: readonly Command[];
  /** The words that start this program: of Node, and of its file. */
  readonly program: readonly string[];
}

/** The arguments that name a version of the model before them. */
const VERSION_ARGUMENTS: ReadonlySet<string> = new Set(['version', 'versions', 'other-version']);

/** The options that name a version. */
const VERSION_OPTIONS: ReadonlySet<string> = new Set(['--to', '--model-version', '--version']);

/** Subcommands with their summaries, in the order of the help. */
export function namedSubcommands(commands: readonly Command[]): { name: string; summary: string }[] {
  return [
    ...commands.map((command) => ({ name: command.name(), summary: command.description() })),
    ...OWN_SUBCOMMANDS.map(({ name, summary }) => ({ name, summary })),
  ];
}

/** True for an argument that is the name of a model, and not the path of one. */
export function namesModel(argument: Argument): boolean {
  return argument.name() === 'model' && argument.parseArg === parseNameArgument;
}

export function namesVersion(argument: Argument): boolean {
  return VERSION_ARGUMENTS.has(argument.name());
}

/** The options of a command after which a version follows. A publish names a new one. */
export function versionOptions(command: Command): string[] {
  if (!command.registeredArguments.some(namesModel)) return [];
  return command.options.flatMap(({ long }) => (long && VERSION_OPTIONS.has(long) ? [long] : []));
}

/** Returns the command line that lists names, for a shell. */
export function listingWords(program: readonly string[], what: 'models' | 'versions'): string {
  return [...program.map(singleQuoted), 'completion', '--list', what].join(' ');
}
