import type { Command } from 'commander';
import * as v from 'valibot';
import { UsageError } from '../usage_error.ts';
import { parseVersionArgument } from './arguments.ts';

/** Adds a version as the argument after the model: it needs no `--`, however npm handles options. */
export function withVersionArgument(command: Command, description: string): Command {
  return command.argument('[version]', description, parseVersionArgument);
}

/**
 * Returns an argument, or else the option with the same meaning.
 *
 * @param what the plural of what they name, for the error
 * @param position the position among the arguments
 * @throws UsageError if they differ
 */
export function argumentOrOption(
  command: Command,
  what: string,
  position: number,
  option: string | undefined,
): string | undefined {
  const argument = v.parse(v.optional(v.string()), command.processedArgs[position]);
  if (argument !== undefined && option !== undefined && argument !== option) {
    throw new UsageError(`two ${what} were given, ${argument} and ${option}`);
  }
  return argument ?? option;
}
