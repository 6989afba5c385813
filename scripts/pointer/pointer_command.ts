import type { Command } from 'commander';
import * as v from 'valibot';
import type { PointerChange } from '../../worker/registry/pointer/change/definition.ts';
import { effectDocument } from '../../worker/registry/pointer/effect.ts';
import type { HistoryEntry, Pointer } from '../../worker/registry/pointer/pointer.ts';
import { type CommandModule, EXIT_DONE, EXIT_FAILED } from '../cli/command_module.ts';
import { parseNameArgument } from '../cli/options/arguments.ts';
import type { Output } from '../cli/output.ts';
import { describePlace } from '../registry/place.ts';
import type { Registry } from '../registry/registry.ts';
import { runOnRegistry, withRegistryOptions } from '../registry/registry_command.ts';
import { newChangeRecord, withChangeOptions } from './change_record.ts';
import { changeTiming, effectLines, isServed, withTimingOptions } from './change_timing.ts';
import { describeChange, placeOptions } from './pointer_report.ts';
import { describeRefusal } from './refusal.ts';

/** A command that makes one change to the pointer of the model in its first argument. */
export interface PointerCommand {
  /** @example 'Rolling back' */
  readonly doing: string;
  /** @example 'Rolled back' */
  readonly done: string;
  /** Adds the arguments after the model, and the options that only this command has. */
  readonly define: (command: Command) => Command;
  /** A line that tells what to do if no change was necessary and another one was meant. */
  readonly hintIfUnchanged?: (model: string, command: Command) => string | undefined;
  /**
   * Lines after a change that may have done more than was meant.
   *
   * @param words the model and the options that select its registry, for another command line
   */
  readonly hintIfChanged?: (words: string, change: HistoryEntry) => readonly string[];
  /** The exit code if no change was necessary (default: 0). */
  readonly exitIfUnchanged?: number;
  /** Describes the existing state if no change was necessary. */
  readonly already: (model: string, pointer: Pointer, command: Command) => string;
  /**
   * Returns the change that the command line requests.
   *
   * @throws UsageError
   */
  readonly change: (command: Command) => PointerChange;
}

const OptionsSchema = v.object({ reason: v.optional(v.string()), by: v.optional(v.string()) });

/** The version that a change names. */
const NamedSchema = v.object({ version: v.optional(v.string()), to: v.optional(v.string()) });

/** Makes a command that reports the change, that nothing was to do, or the refusal. */
export function pointerCommand(definition: PointerCommand): CommandModule {
  return {
    define: (command) =>
      withTimingOptions(
        withChangeOptions(
          definition.define(withRegistryOptions(command).argument('<model>', 'the model', parseNameArgument)),
        ),
      ),
    run: (command, output) => {
      // A wrong command line is reported before the registry is opened.
      const change = definition.change(command);
      return runOnRegistry(command, output, {
        state: 'must exist',
        run: (registry) => makeChange(registry, change, definition, command, output),
      });
    },
  };
}

async function makeChange(
  { store, place, changePointer }: Registry,
  change: PointerChange,
  { doing, done, already, hintIfChanged, hintIfUnchanged, exitIfUnchanged = EXIT_DONE }: PointerCommand,
  command: Command,
  output: Output,
): Promise<number> {
  const record = newChangeRecord(v.parse(OptionsSchema, command.opts()));
  const model = v.parse(v.string(), command.processedArgs[0]);
  output.progress(`${doing} ${model} in ${describePlace(place)}`);
  const timing = changeTiming(command, output.progress);
  const update = await changePointer(model, change, record, timing);
  if (update.kind === 'refused') {
    const { version, to } = v.parse(NamedSchema, change.parameters);
    output.error(await describeRefusal({ store, place }, model, update.reason, version ?? to));
    return EXIT_FAILED;
  }
  const { current, generation, next, canary, shadow, labels } = update.pointer;
  const hint = hintIfUnchanged?.(model, command);
  output.result(
    update.kind === 'unchanged'
      ? [
          `${already(model, update.pointer, command)} in ${describePlace(place)} already: nothing to do.`,
          ...(hint === undefined ? [] : [hint]),
        ]
      : [
          `${done} in ${describePlace(place)}.`,
          describeChange(model, update.change),
          ...effectLines(update.effect, timing, await isServed(place)),
          ...(hintIfChanged?.(`${model}${placeOptions(place)}`, update.change) ?? []),
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
  return update.kind === 'unchanged' ? exitIfUnchanged : EXIT_DONE;
}
