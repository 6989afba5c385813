import { type Command, Option } from 'commander';
import * as v from 'valibot';
import { parseVersionArgument } from './command_line.ts';

const OptionsSchema = v.object({ modelVersion: v.optional(v.string()), version: v.optional(v.string()) });

/**
 * The option that names a version. npm takes `--version` for its own where no `--` stands before it: it prints its
 * version, starts no command, and ends with exit code 0. So another name is told, and `--version` only works.
 */
export function withVersionOption(command: Command, description: string): Command {
  return command
    .option('--model-version <version>', description, parseVersionArgument)
    .addOption(
      new Option('--version <version>', 'the same; without -- before it, npm prints its own version instead')
        .argParser(parseVersionArgument)
        .conflicts('modelVersion'),
    );
}

/** The version that the option names, by either name. */
export function versionOption(command: Command): string | undefined {
  const { modelVersion, version } = v.parse(OptionsSchema, command.opts());
  return modelVersion ?? version;
}
