import type { Command } from 'commander';
import * as v from 'valibot';
import type { ChangeTiming } from '../../worker/registry/pointer/change/change_pointer.ts';
import type { Effect } from '../../worker/registry/pointer/effect.ts';
import { formatDuration } from '../cli/format.ts';
import { runningDev } from '../dev/running_dev.ts';
import type { PlaceDescription } from '../registry/place.ts';

/** Adds the options that say when a change takes effect and whether the command waits for that. */
export function withTimingOptions(command: Command): Command {
  return command
    .option('--no-wait', 'return as soon as the change is written; it takes effect everywhere a moment later')
    .option('--now', 'in an emergency: no agreed moment, each isolate changes over as it reads the pointer');
}

const OptionsSchema = v.object({ wait: v.boolean(), now: v.optional(v.boolean(), false) });

/** Reads the options of a command that has them. `progress` is told when the change is written. */
export function changeTiming(command: Command, progress: (text: string) => void): ChangeTiming {
  const { wait, now } = v.parse(OptionsSchema, command.opts());
  return {
    immediately: now,
    returnsEarly: !wait,
    onSettling: (milliseconds) =>
      progress(
        `Waiting up to ${formatDuration(milliseconds)} until an earlier change has taken effect; nothing is written yet`,
      ),
    onWritten: ({ moment, settlesInMs }) => {
      if (!wait || settlesInMs === 0) return;
      const when =
        moment === undefined
          ? 'each isolate changes over as it reads the pointer'
          : `every isolate changes over at ${moment.toISOString()}`;
      progress(`Written; ${when}. Waiting ${formatDuration(settlesInMs)}`);
    },
  };
}

/** True unless the place is local state that no `dev` serves. Then nobody has seen a change take effect. */
export async function isServed(place: PlaceDescription): Promise<boolean> {
  return place.kind !== 'local' || (await runningDev(place.directory)) !== undefined;
}

/**
 * Describes when a change takes effect, for people.
 *
 * @param served false if no server is known that could have changed over
 */
export function effectLines(
  { moment, settlesInMs, mixedMs }: Effect,
  { immediately = false, returnsEarly = false }: ChangeTiming,
  served: boolean,
): string[] {
  if (immediately) {
    const within = settlesInMs === 0 ? 'with its next request' : `within ${formatDuration(settlesInMs)}`;
    return [
      `WITHOUT an agreed moment (--now): each isolate changes over ${within}, and answers may mix until then.`,
    ];
  }
  const lines: string[] = [];
  if (settlesInMs === 0) lines.push('It is in effect with the next request.');
  else if (moment === undefined)
    lines.push(`It is in effect everywhere within ${formatDuration(settlesInMs)}.`);
  else if (!served)
    lines.push(`It is in effect from ${moment.toISOString()} on. No dev serves this local state now.`);
  else if (returnsEarly) lines.push(`It takes effect everywhere at ${moment.toISOString()}.`);
  else lines.push(`It took effect everywhere at ${moment.toISOString()}.`);
  if (mixedMs > 0 && moment !== undefined) {
    lines.push(
      `The write was slow: for up to ${formatDuration(mixedMs)} answers of both states were possible.`,
    );
  }
  return lines;
}
