import * as v from 'valibot';
import { convertModel, type OutputDifference, quantizationAccuracy } from '../../import/index.ts';
import { EXIT_DONE, EXIT_FAILED, newCommand, runCommand } from '../cli/command_line.ts';
import { formatBytes, formatTable } from '../cli/format.ts';
import { resolveFromCaller, showToCaller } from '../files/package_root.ts';
import { withTemporaryDirectory } from '../files/temporary_directory.ts';
import { graphEnds, withGraphEnds } from '../publish/graph_ends.ts';
import { accuracyLines, QUANTIZATIONS, quantizeOption } from '../publish/quantization.ts';
import { signatureLines } from '../status/model_report.ts';

const command = withGraphEnds(
  newCommand('convert', "Converts a model to tfjs's format in a directory, and publishes nothing."),
)
  .argument('<model>', 'a SavedModel, Keras file, frozen graph or tfjs model: its directory or file')
  .argument('<output>', 'the directory to write; it must be empty or not exist')
  .addOption(quantizeOption())
  .option('--force', 'replace an output directory that is not empty')
  .option('--json', 'print the result, or the error, as JSON on standard output');

const OptionsSchema = v.object({
  force: v.optional(v.boolean(), false),
  quantize: v.optional(v.picklist(QUANTIZATIONS)),
});

await runCommand(command, async (output) => {
  const [path, target] = v.parse(v.tuple([v.string(), v.string()]), command.args);
  const directory = resolveFromCaller(target);
  const { force, quantize } = v.parse(OptionsSchema, command.opts());
  const converted = await convertModel(resolveFromCaller(path), directory, {
    force,
    ...graphEnds(command),
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
        ...graphEnds(command),
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
      ...(quantize === undefined ? [] : accuracyLines(quantize, accuracy)),
    ],
    { output: directory, sourceFormat, format, signatures, leftOut, files: blobs, weightBytes, accuracy },
  );
  return EXIT_DONE;
});
