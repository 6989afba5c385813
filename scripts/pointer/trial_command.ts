import * as v from 'valibot';
import { POINTER_CHANGES } from '../../worker/registry/pointer/change/table.ts';
import type { Pointer } from '../../worker/registry/pointer/pointer.ts';
import type { CommandModule } from '../cli/command_module.ts';
import { parseShareArgument } from '../cli/options/arguments.ts';
import { argumentOrOption, withVersionArgument } from '../cli/options/version_argument.ts';
import { versionOption, withVersionOption } from '../cli/options/version_option.ts';
import { pointerCommand } from './pointer_command.ts';

type Role = 'canary' | 'shadow';

const OptionsSchema = v.object({ percent: v.number() });

/** Makes the command that begins, changes or ends a canary or shadow. */
export function trialCommand(role: Role): CommandModule {
  return pointerCommand({
    doing: `Changing the ${role} of`,
    done: `The ${role} has changed`,
    define: (command) =>
      withVersionOption(
        withVersionArgument(
          command,
          `the version (needed unless --percent 0 ends the ${role})`,
        ).requiredOption(
          '--percent <share>',
          'its share of the requests, 0 to 100, with fractions; 0 ends it',
          parseShareArgument,
        ),
        'the version, as the argument',
      ),
    already: (model, pointer) => describeTrial(model, role, pointer),
    change: (command) =>
      POINTER_CHANGES[role].of({
        ...v.parse(OptionsSchema, command.opts()),
        version: argumentOrOption(command, 'versions', 1, versionOption(command)),
      }),
  });
}

function describeTrial(model: string, role: Role, pointer: Pointer): string {
  const trial = pointer[role];
  return trial === undefined
    ? `${model} has no ${role}`
    : `${model} ${trial.version} is the ${role} at ${trial.percent} %`;
}
