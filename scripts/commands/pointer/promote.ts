import { POINTER_CHANGES } from '../../../worker/registry/pointer/change/table.ts';
import { argumentOrOption, withVersionArgument } from '../../cli/options/version_argument.ts';
import { versionOption, withVersionOption } from '../../cli/options/version_option.ts';
import { pointerCommand } from '../../pointer/pointer_command.ts';

export const PROMOTE = pointerCommand({
  doing: 'Promoting',
  done: 'Promoted',
  define: (command) =>
    withVersionOption(
      withVersionArgument(
        command,
        'the version to flip to (default: the one that is staged, else the canary)',
      ),
      'the version to flip to, as the argument',
    ),
  already: (model, { current }) => `${model} ${current} is current`,
  change: (command) =>
    POINTER_CHANGES.promote.of({
      version: argumentOrOption(command, 'versions', 1, versionOption(command)),
    }),
});
