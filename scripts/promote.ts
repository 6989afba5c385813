import * as v from 'valibot';
import { POINTER_CHANGES } from '../worker/registry/change/table.ts';
import {
  parseNameArgument,
  parseVersionArgument,
  registryCommand,
  withChangeOptions,
} from './shared/command_line.ts';
import { runPointerCommand } from './shared/pointer_command.ts';

const command = withChangeOptions(
  registryCommand('promote', 'Flips a model to the version that is staged, or to its canary.')
    .argument('<model>', 'the model', parseNameArgument)
    .option(
      '--version <version>',
      'the version to flip to (default: the one that is staged, else the canary)',
      parseVersionArgument,
    ),
);

const OptionsSchema = v.object({ version: v.optional(v.string()) });

await runPointerCommand(command, {
  doing: 'Promoting',
  done: 'Promoted',
  already: (model, { current }) => `${model} ${current} is current`,
  change: () => POINTER_CHANGES.promote.of(v.parse(OptionsSchema, command.opts())),
});
