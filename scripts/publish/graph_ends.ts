import { type Command, InvalidArgumentError } from 'commander';
import * as v from 'valibot';
import type { GraphEnds } from '../../import/index.ts';

/** Adds the options that say where a frozen graph begins and ends, which its file does not. */
export function withGraphEnds(command: Command): Command {
  return command
    .option(
      '--inputs <tensors>',
      'of a frozen graph: what is sent, as node or node:1 with commas between them (default: all placeholders)',
      parseTensors,
    )
    .option(
      '--outputs <tensors>',
      'of a frozen graph: what is answered, in the same way (default: all outputs of the nodes that nothing uses)',
      parseTensors,
    );
}

function parseTensors(text: string): string[] {
  const tensors = text.split(',').map((tensor) => tensor.trim());
  if (tensors.includes('')) throw new InvalidArgumentError('Tensors have names, with commas between them.');
  return tensors;
}

const EndsSchema = v.object({
  inputs: v.optional(v.array(v.string())),
  outputs: v.optional(v.array(v.string())),
});

/** The ends that the command line names, as a part of the options of the import. */
export function graphEnds(command: Command): { readonly ends?: GraphEnds } {
  const ends = v.parse(EndsSchema, command.opts());
  return Object.keys(ends).length === 0 ? {} : { ends };
}
