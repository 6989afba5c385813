import { POINTER_CHANGES } from '../../../worker/registry/pointer/change/table.ts';
import { parseNameArgument, registryCommand, withChangeOptions } from '../../cli/command_line.ts';
import { versionArgument, withVersionArgument } from '../../cli/version_argument.ts';
import { versionOption, withVersionOption } from '../../cli/version_option.ts';
import { withTimingOptions } from '../../pointer/change_timing.ts';
import { runPointerCommand } from '../../pointer/pointer_command.ts';

const command = withTimingOptions(
  withChangeOptions(
    withVersionOption(
      withVersionArgument(
        registryCommand('promote', 'Flips a model to the version that is staged, or to its canary.').argument(
          '<model>',
          'the model',
          parseNameArgument,
        ),
        'the version to flip to (default: the one that is staged, else the canary)',
      ),
      'the version to flip to, as the argument',
    ),
  ),
);

await runPointerCommand(command, {
  doing: 'Promoting',
  done: 'Promoted',
  already: (model, { current }) => `${model} ${current} is current`,
  change: () => {
    const target = versionArgument(command, versionOption(command));
    return 'refused' in target ? target : POINTER_CHANGES.promote.of(target);
  },
});
