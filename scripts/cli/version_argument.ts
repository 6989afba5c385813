import type { Command } from 'commander';
import * as v from 'valibot';
import { parseVersionArgument } from './command_line.ts';

/** A version as the argument behind the model: it needs no `--`, whatever npm makes of options. */
export function withVersionArgument(command: Command, description: string): Command {
  return command.argument('[version]', description, parseVersionArgument);
}

/** The version that the argument names, else the option; refused where they name two. */
export function versionArgument(
  command: Command,
  option: string | undefined,
): { readonly version: string | undefined } | { readonly refused: string } {
  const argument = v.parse(v.optional(v.string()), command.processedArgs[1]);
  return argument !== undefined && option !== undefined && argument !== option
    ? { refused: `two versions were given, ${argument} and ${option}` }
    : { version: argument ?? option };
}
