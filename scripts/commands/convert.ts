import type { Command } from 'commander';
import * as v from 'valibot';
import type { OutputDifference } from '../../import/index.ts';
import { type CommandModule, EXIT_DONE, EXIT_FAILED, withJsonOption } from '../cli/command_module.ts';
import { formatBytes, formatTable } from '../cli/format.ts';
import type { Output } from '../cli/output.ts';
import { resolveFromCaller, showToCaller } from '../files/package_root.ts';
import { withTemporaryDirectory } from '../files/temporary_directory.ts';
import { accuracyLines, QUANTIZATIONS, quantizeOption } from '../publish/quantization.ts';
import { sourceOptions, withSourceOptions } from '../publish/source_options.ts';
import { leftOutLines, signatureLines } from '../status/model_report.ts';

export const CONVERT: CommandModule = { define, run };

function define(command: Command): Command {
  return withJsonOption(
    withSourceOptions(command)
      .argument(
        '<model>',
        'a SavedModel, Keras file, ONNX or TensorFlow Lite model, frozen graph or tfjs model: its directory or file',
      )
      .argument('<output>', 'the directory to write; it must be empty or not exist')
      .addOption(quantizeOption())
      .option('--force', 'replace an output directory that is not empty'),
  );
}

const OptionsSchema = v.object({
  force: v.optional(v.boolean(), false),
  quantize: v.optional(v.picklist(QUANTIZATIONS)),
});

async function run(command: Command, output: Output): Promise<number> {
  const { convertModel, quantizationAccuracy } = await import('../../import/index.ts');
  const [path, target] = v.parse(v.tuple([v.string(), v.string()]), command.args);
  const directory = resolveFromCaller(target);
  const { force, quantize } = v.parse(OptionsSchema, command.opts());
  const converted = await convertModel(resolveFromCaller(path), directory, {
    force,
    ...sourceOptions(command),
    ...(quantize === undefined ? {} : { quantize }),
    onProgress: output.progress,
  });
  if (converted.kind !== 'read') {
    output.error(converted.message);
    return EXIT_FAILED;
  }
  let accuracy: readonly OutputDifference[] = [];
  if (quantize !== undefined) {
    const compared = await withTemporaryDirectory((temporaryDirectory) =>
      quantizationAccuracy(resolveFromCaller(path), converted, {
        temporaryDirectory,
        ...sourceOptions(command),
        onProgress: output.progress,
      }),
    );
    if (compared.kind !== 'read') {
      output.error(compared.message);
      return EXIT_FAILED;
    }
    accuracy = compared.value;
  }
  const { sourceFormat, content } = converted;
  const { format, signatures, leftOut = {}, blobs, weightBytes } = content;
  output.result(
    [
      `Converted ${sourceFormat} to ${format} in ${showToCaller(directory)}:`,
      ...formatTable(blobs.map(({ path, bytes }) => [`  ${path}`, formatBytes(bytes)])),
      ...signatureLines(signatures),
      ...leftOutLines(leftOut),
      ...(quantize === undefined ? [] : accuracyLines(quantize, accuracy)),
    ],
    { output: directory, sourceFormat, format, signatures, leftOut, files: blobs, weightBytes, accuracy },
  );
  return EXIT_DONE;
}
