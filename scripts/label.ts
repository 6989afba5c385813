import { Option } from 'commander';
import * as v from 'valibot';
import { pointToVersion } from '../worker/registry/point_to_version.ts';
import { updatePointer } from '../worker/registry/pointer_store.ts';
import { labelTransition, unlabelTransition } from '../worker/registry/pointer_transitions.ts';
import {
  parseNameArgument,
  parseVersionArgument,
  registryCommand,
  withChangeOptions,
} from './shared/command_line.ts';
import { runPointerCommand } from './shared/pointer_command.ts';
import { wait } from './shared/wait.ts';

const command = withChangeOptions(
  registryCommand('label', 'Moves a label to a published version, or removes it.')
    .argument('<model>', 'the model', parseNameArgument)
    .requiredOption('--label <label>', 'the label', parseNameArgument)
    .option('--version <version>', 'the version to put it on', parseVersionArgument)
    .addOption(
      new Option('--remove', 'take the label away; its version stays published').conflicts('version'),
    ),
);

const OptionsSchema = v.object({
  label: v.string(),
  version: v.optional(v.string()),
  remove: v.optional(v.boolean(), false),
});

await runPointerCommand(command, {
  doing: 'Labelling',
  done: 'Labelled',
  already: (model, { labels }) => {
    const { label } = v.parse(OptionsSchema, command.opts());
    const version = Object.hasOwn(labels, label) ? labels[label] : undefined;
    return version === undefined ? `${model} has no label ${label}` : `${model} ${version} is ${label}`;
  },
  change: (store, model, record) => {
    const { label, version, remove } = v.parse(OptionsSchema, command.opts());
    if (remove) return updatePointer(store, model, unlabelTransition(label, record), { wait });
    if (version === undefined) {
      return Promise.resolve({ kind: 'refused', reason: 'give the --version to label, or --remove' });
    }
    return pointToVersion(store, model, version, labelTransition(label, version, record), { wait });
  },
});
