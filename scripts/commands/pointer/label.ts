import { Option } from 'commander';
import * as v from 'valibot';
import { POINTER_CHANGES } from '../../../worker/registry/pointer/change/table.ts';
import { parseNameArgument, registryCommand, withChangeOptions } from '../../cli/command_line.ts';
import { versionOption, withVersionOption } from '../../cli/version_option.ts';
import { withTimingOptions } from '../../pointer/change_timing.ts';
import { runPointerCommand } from '../../pointer/pointer_command.ts';

const command = withTimingOptions(
  withChangeOptions(
    withVersionOption(
      registryCommand('label', 'Moves a label to a published version, or removes it.')
        .argument('<model>', 'the model', parseNameArgument)
        .requiredOption('--label <label>', 'the label', parseNameArgument)
        .addOption(
          new Option('--remove', 'remove the label; its version stays published').conflicts([
            'modelVersion',
            'version',
          ]),
        ),
      'the version for the label',
    ),
  ),
);

const OptionsSchema = v.object({
  label: v.string(),
  remove: v.optional(v.boolean(), false),
});

await runPointerCommand(command, {
  doing: 'Labeling',
  done: 'Labeled',
  already: (model, { labels }) => {
    const { label } = v.parse(OptionsSchema, command.opts());
    const version = Object.hasOwn(labels, label) ? labels[label] : undefined;
    return version === undefined
      ? `${model} does not have the label ${label}`
      : `${model} ${version} is ${label}`;
  },
  change: () => {
    const { label, remove } = v.parse(OptionsSchema, command.opts());
    const version = versionOption(command);
    if (remove) return POINTER_CHANGES.unlabel.of({ label });
    return version === undefined
      ? { refused: 'give --model-version or --remove' }
      : POINTER_CHANGES.label.of({ label, version });
  },
});
