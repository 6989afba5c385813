import { type Command, InvalidArgumentError, Option } from 'commander';
import * as v from 'valibot';
import type { SourceOptions } from '../../import/index.ts';

/** Adds the options that say what the file of a model leaves open. */
export function withSourceOptions(command: Command): Command {
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
    )
    .addOption(
      new Option(
        '--layout <order>',
        'of an ONNX model: take and give tensors of four and five dimensions with the channels last',
      ).choices(['nhwc']),
    );
}

function parseTensors(text: string): string[] {
  const tensors = text.split(',').map((tensor) => tensor.trim());
  if (tensors.includes('')) throw new InvalidArgumentError('Tensors have names, with commas between them.');
  return tensors;
}

const OptionsSchema = v.object({
  inputs: v.optional(v.array(v.string())),
  outputs: v.optional(v.array(v.string())),
  layout: v.optional(v.literal('nhwc')),
});

/** What the command line says of the source, as a part of the options of the import. */
export function sourceOptions(command: Command): SourceOptions {
  const { layout, ...ends } = v.parse(OptionsSchema, command.opts());
  return {
    ...(Object.keys(ends).length === 0 ? {} : { ends }),
    ...(layout === undefined ? {} : { layout }),
  };
}
