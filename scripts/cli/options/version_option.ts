import { type Command, Option } from 'commander';
import * as v from 'valibot';
import { parseVersionArgument } from './arguments.ts';

const OptionsSchema = v.object({ modelVersion: v.optional(v.string()), version: v.optional(v.string()) });

/**
 * Adds the option that names a version. Without a preceding `--`, npm consumes `--version`, prints its own version,
 * starts no command, and ends with exit code 0. The documented name is therefore another, and `--version` is only
 * accepted.
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

/** Returns the version of the option under either name. */
export function versionOption(command: Command): string | undefined {
  const { modelVersion, version } = v.parse(OptionsSchema, command.opts());
  return modelVersion ?? version;
}
