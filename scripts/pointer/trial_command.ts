import type { Command } from 'commander';
import * as v from 'valibot';
import { POINTER_CHANGES } from '../../worker/registry/pointer/change/table.ts';
import type { Pointer } from '../../worker/registry/pointer/pointer.ts';
import {
  parseNameArgument,
  parseShareArgument,
  registryCommand,
  withChangeOptions,
} from '../cli/command_line.ts';
import { versionOption, withVersionOption } from '../cli/version_option.ts';
import { withTimingOptions } from './change_timing.ts';
import { runPointerCommand } from './pointer_command.ts';

export interface TrialCommand {
  readonly role: 'canary' | 'shadow';
  readonly description: string;
}

const OptionsSchema = v.object({ percent: v.number() });

/** Runs the command that begins, changes or ends a canary or shadow. */
export function runTrialCommand({ role, description }: TrialCommand): Promise<void> {
  const command: Command = withTimingOptions(
    withChangeOptions(
      withVersionOption(
        registryCommand(role, description)
          .argument('<model>', 'the model', parseNameArgument)
          .requiredOption(
            '--percent <share>',
            'its share of the requests, 0 to 100, with fractions; 0 ends it',
            parseShareArgument,
          ),
        `the version (needed unless --percent 0 ends the ${role})`,
      ),
    ),
  );
  return runPointerCommand(command, {
    doing: `Changing the ${role} of`,
    done: `The ${role} has changed`,
    already: (model, pointer) => describeTrial(model, role, pointer),
    change: () =>
      POINTER_CHANGES[role].of({
        ...v.parse(OptionsSchema, command.opts()),
        version: versionOption(command),
      }),
  });
}

function describeTrial(model: string, role: 'canary' | 'shadow', pointer: Pointer): string {
  const trial = pointer[role];
  return trial === undefined
    ? `${model} has no ${role}`
    : `${model} ${trial.version} is the ${role} at ${trial.percent} %`;
}
