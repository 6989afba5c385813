import type { Command } from 'commander';
import * as v from 'valibot';
import { parseVersionArgument } from './command_line.ts';

/** Adds a version as the argument after the model: it needs no `--`, however npm handles options. */
export function withVersionArgument(command: Command, description: string): Command {
  return command.argument('[version]', description, parseVersionArgument);
}

/** Returns the version from the argument, or else from the option. Refuses two different versions. */
export function versionArgument(
  command: Command,
  option: string | undefined,
): { readonly version: string | undefined } | { readonly refused: string } {
  const argument = v.parse(v.optional(v.string()), command.processedArgs[1]);
  return argument !== undefined && option !== undefined && argument !== option
    ? { refused: `two versions were given, ${argument} and ${option}` }
    : { version: argument ?? option };
}
