import * as v from 'valibot';
import { POINTER_CHANGES } from '../../../worker/registry/pointer/change/table.ts';
import { parseVersionArgument } from '../../cli/arguments.ts';
import { EXIT_CURRENT_ALREADY } from '../../cli/command_module.ts';
import { argumentOrOption, withVersionArgument } from '../../cli/version_argument.ts';
import { pointerCommand } from '../../pointer/pointer_command.ts';

const OptionsSchema = v.object({ to: v.optional(v.string()) });

export const ROLLBACK = pointerCommand({
  doing: 'Rolling back',
  done: 'Rolled back',
  define: (command) =>
    withVersionArgument(
      command,
      `the version to flip to (default: the one before); exit code ${EXIT_CURRENT_ALREADY} if it is current already`,
    ).option('--to <version>', 'the version to flip to, as the argument', parseVersionArgument),
  exitIfUnchanged: EXIT_CURRENT_ALREADY,
  already: (model, { current }) => `${model} ${current} is current`,
  change: (command) => {
    const { to } = v.parse(OptionsSchema, command.opts());
    return POINTER_CHANGES.rollback.of({ to: argumentOrOption(command, 'versions', 1, to) });
  },
});
