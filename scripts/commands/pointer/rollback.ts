import type { Command } from 'commander';
import * as v from 'valibot';
import { POINTER_CHANGES } from '../../../worker/registry/pointer/change/table.ts';
import { EXIT_CURRENT_ALREADY } from '../../cli/command_module.ts';
import { commandLine } from '../../cli/invocation.ts';
import { parseVersionArgument } from '../../cli/options/arguments.ts';
import { argumentOrOption, withVersionArgument } from '../../cli/options/version_argument.ts';
import { versionOption, withVersionOption } from '../../cli/options/version_option.ts';
import { pointerCommand } from '../../pointer/pointer_command.ts';

const OptionsSchema = v.object({ to: v.optional(v.string()) });

export const ROLLBACK = pointerCommand({
  doing: 'Rolling back',
  done: 'Rolled back',
  define: (command) =>
    withVersionOption(
      withVersionArgument(
        command,
        `the version to flip to (default: the one before, once: after a rollback nothing changes); exit code ${EXIT_CURRENT_ALREADY} if it is current already`,
      ).option('--to <version>', 'the version to flip to, as the argument', parseVersionArgument),
      'the same',
    ),
  exitIfUnchanged: EXIT_CURRENT_ALREADY,
  already: (model, { current }) => `${model} ${current} is current`,
  hintIfUnchanged: (model, command) =>
    versionOf(command) === undefined
      ? `To flip to another version, name it: ${commandLine('rollback', `${model} <version>`)}`
      : undefined,
  hintIfChanged: (words, { ended }) =>
    ended?.canary === undefined
      ? []
      : [
          `The canary ${ended.canary} has ended with it. ${commandLine('canary', `${words} --percent 0`)} ends only a canary, and keeps the current version.`,
        ],
  change: (command) => POINTER_CHANGES.rollback.of({ to: versionOf(command) }),
});

/** The version that the command line names. */
function versionOf(command: Command): string | undefined {
  const { to } = v.parse(OptionsSchema, command.opts());
  return argumentOrOption(command, 'versions', 1, to ?? versionOption(command));
}
