import type { Command } from 'commander';
import * as v from 'valibot';
import type { PointerChange } from '../../worker/registry/pointer/change/definition.ts';
import { effectDocument } from '../../worker/registry/pointer/effect.ts';
import type { Pointer } from '../../worker/registry/pointer/pointer.ts';
import { EXIT_DONE, EXIT_FAILED, runRegistryCommand } from '../cli/command_line.ts';
import { describePlace } from '../registry/open_registry.ts';
import { newChangeRecord } from './change_record.ts';
import { changeTiming, effectLines } from './change_timing.ts';
import { describeChange } from './pointer_report.ts';
import { describeRefusal } from './refusal.ts';

/** A command that makes one change to the pointer of the model in its first argument. */
export interface PointerCommand {
  /** @example 'Rolling back' */
  readonly doing: string;
  /** @example 'Rolled back' */
  readonly done: string;
  /** Describes the existing state if no change was necessary. */
  readonly already: (model: string, pointer: Pointer) => string;
  /** Returns the change that the command line requests, or why it is refused. */
  readonly change: () => PointerChange | { readonly refused: string };
}

const OptionsSchema = v.object({ reason: v.optional(v.string()), by: v.optional(v.string()) });

/** Runs the command and reports the change, that nothing was to do, or the refusal. */
export function runPointerCommand(
  command: Command,
  { doing, done, already, change }: PointerCommand,
): Promise<void> {
  return runRegistryCommand(
    command,
    { state: 'must exist' },
    async ({ store, place, changePointer }, output) => {
      const record = newChangeRecord(v.parse(OptionsSchema, command.opts()));
      const model = v.parse(v.string(), command.processedArgs[0]);
      output.progress(`${doing} ${model} in ${describePlace(place)}`);
      const timing = changeTiming(command, output.progress);
      const asked = change();
      const update =
        'refused' in asked
          ? { kind: 'refused' as const, reason: asked.refused }
          : await changePointer(model, asked, record, timing);
      if (update.kind === 'refused') {
        output.error(await describeRefusal({ store, place }, model, update.reason));
        return EXIT_FAILED;
      }
      const { current, generation, next, canary, shadow, labels } = update.pointer;
      output.result(
        update.kind === 'unchanged'
          ? `${already(model, update.pointer)} in ${describePlace(place)} already: nothing to do.`
          : [
              `${done} in ${describePlace(place)}.`,
              describeChange(model, update.change),
              ...effectLines(update.effect, timing),
            ],
        {
          model,
          registry: place,
          change: update.kind === 'changed' ? update.change : null,
          effect: update.kind === 'changed' ? effectDocument(update.effect) : null,
          current,
          generation,
          next: next ?? null,
          canary: canary ?? null,
          shadow: shadow ?? null,
          labels,
        },
      );
      return EXIT_DONE;
    },
  );
}
