import * as v from 'valibot';
import { POINTER_CHANGES } from '../../../worker/registry/pointer/change/table.ts';
import {
  parseNameArgument,
  parseVersionArgument,
  registryCommand,
  withChangeOptions,
} from '../../cli/command_line.ts';
import { versionArgument, withVersionArgument } from '../../cli/version_argument.ts';
import { withTimingOptions } from '../../pointer/change_timing.ts';
import { runPointerCommand } from '../../pointer/pointer_command.ts';

const command = withTimingOptions(
  withChangeOptions(
    withVersionArgument(
      registryCommand(
        'rollback',
        'Flips a model back to the version before the current one, or to any published one.',
      ).argument('<model>', 'the model', parseNameArgument),
      'the version to flip to (default: the one before)',
    ).option('--to <version>', 'the version to flip to, as the argument', parseVersionArgument),
  ),
);

const OptionsSchema = v.object({ to: v.optional(v.string()) });

await runPointerCommand(command, {
  doing: 'Rolling back',
  done: 'Rolled back',
  already: (model, { current }) => `${model} ${current} is current`,
  change: () => {
    const target = versionArgument(command, v.parse(OptionsSchema, command.opts()).to);
    return 'refused' in target ? target : POINTER_CHANGES.rollback.of({ to: target.version });
  },
});
