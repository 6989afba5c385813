import { type Command, Option } from 'commander';
import * as v from 'valibot';
import { POINTER_CHANGES } from '../../../worker/registry/pointer/change/table.ts';
import { parseNameArgument } from '../../cli/options/arguments.ts';
import { argumentOrOption, withVersionArgument } from '../../cli/options/version_argument.ts';
import { versionOption, withVersionOption } from '../../cli/options/version_option.ts';
import { UsageError } from '../../cli/usage_error.ts';
import { pointerCommand } from '../../pointer/pointer_command.ts';

const OptionsSchema = v.object({
  label: v.optional(v.string()),
  remove: v.optional(v.boolean(), false),
});

export const LABEL = pointerCommand({
  doing: 'Labeling',
  done: 'Labeled',
  define: (command) =>
    withVersionOption(
      withVersionArgument(
        command.argument('[label]', 'the label', parseNameArgument),
        'the version for the label',
      )
        .option('--label <label>', 'the label, as the argument', parseNameArgument)
        .addOption(
          new Option('--remove', 'remove the label; its version stays published').conflicts([
            'modelVersion',
            'version',
          ]),
        ),
      'the version for the label, as the argument',
    ),
  already: (model, { labels }, command) => {
    const label = labelOf(command);
    const version = Object.hasOwn(labels, label) ? labels[label] : undefined;
    return version === undefined
      ? `${model} does not have the label ${label}`
      : `${model} ${version} is ${label}`;
  },
  change: (command) => {
    const label = labelOf(command);
    const version = argumentOrOption(command, 'versions', 2, versionOption(command));
    if (v.parse(OptionsSchema, command.opts()).remove) {
      if (version !== undefined) throw new UsageError('--remove takes no version');
      return POINTER_CHANGES.unlabel.of({ label });
    }
    if (version === undefined) throw new UsageError('the version for the label is missing, or --remove');
    return POINTER_CHANGES.label.of({ label, version });
  },
});

/** @throws UsageError */
function labelOf(command: Command): string {
  const { label: option } = v.parse(OptionsSchema, command.opts());
  const label = argumentOrOption(command, 'labels', 1, option);
  if (label === undefined) throw new UsageError('the label is missing');
  return label;
}
