import { Command } from 'commander';
import { COMMAND_HELP, EXIT_CODES_HELP } from './command_help.ts';
import type { Output } from './output.ts';

/** The command succeeded, or there was nothing to do. */
export const EXIT_DONE = 0;
/** The command was refused or failed. */
export const EXIT_FAILED = 1;
/** The command line is invalid. */
export const EXIT_USAGE = 2;

/** `rollback` named the version that is current already. */
export const EXIT_CURRENT_ALREADY = 3;

/** What a subcommand consists of, in addition to its name and its description, which the table has. */
export interface CommandModule {
  /** Adds the arguments and options. */
  readonly define: (command: Command) => Command;
  /** Does the work of a valid command line, and returns the exit code. An error that it throws is reported. */
  readonly run: (command: Command, output: Output) => Promise<number>;
}

/** Makes a command that only has its name and description. */
export function newCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .helpOption('-h, --help', 'show this help')
    .configureHelp(COMMAND_HELP)
    .addHelpText('after', EXIT_CODES_HELP)
    .allowExcessArguments(false);
}

/** Adds the option that a command has unless it always reads a registry, which adds it too. */
export function withJsonOption(command: Command): Command {
  return command.option('--json', 'print the result, or the error, as JSON on standard output');
}
