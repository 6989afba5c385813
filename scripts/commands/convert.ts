import type { Command } from 'commander';
import * as v from 'valibot';
import type { CalibrationExample } from '../../import/index.ts';
import { calibrationFiles } from '../calibration/calibration_files.ts';
import { decodeImages } from '../calibration/image_decoder.ts';
import { type CommandModule, EXIT_DONE, EXIT_FAILED, withJsonOption } from '../cli/command_module.ts';
import { formatBytes, formatTable } from '../cli/format.ts';
import type { Output } from '../cli/output.ts';
import { resolveFromCaller, showToCaller } from '../files/package_root.ts';
import { withTemporaryDirectory } from '../files/temporary_directory.ts';
import {
  costLines,
  type QuantizationCost,
  quantizeOptions,
  withQuantizeOptions,
} from '../publish/quantization.ts';
import { sourceOptions, withSourceOptions } from '../publish/source_options.ts';
import { leftOutLines, signatureLines } from '../status/model_report.ts';

export const CONVERT: CommandModule = { define, run };

function define(command: Command): Command {
  return withJsonOption(
    withQuantizeOptions(withSourceOptions(command))
      .argument(
        '<model>',
        'a SavedModel, Keras file, ONNX or TensorFlow Lite model, frozen graph or tfjs model: its directory or file',
      )
      .argument('<output>', 'the directory to write; it must be empty or not exist')
      .option('--force', 'replace an output directory that is not empty'),
  );
}

const OptionsSchema = v.object({
  force: v.optional(v.boolean(), false),
});

async function run(command: Command, output: Output): Promise<number> {
  const { convertModel, quantizationAccuracy } = await import('../../import/index.ts');
  const [path, target] = v.parse(v.tuple([v.string(), v.string()]), command.args);
  const directory = resolveFromCaller(target);
  const { force } = v.parse(OptionsSchema, command.opts());
  const { quantize, calibrate } = quantizeOptions(command);
  let cost: QuantizationCost = { accuracy: [] };
  let examples: readonly CalibrationExample[] | undefined;
  const converted = await convertModel(resolveFromCaller(path), directory, {
    force,
    ...sourceOptions(command),
    ...(quantize === undefined ? {} : { quantize }),
    calibration: { more: calibrationFiles(calibrate, output.progress), decodeImages },
    onIntegers: (quantized) => {
      cost = { accuracy: [], integers: { ...quantized.report, examples: quantized.examples.length } };
      if (quantized.examples.length > 0) examples = quantized.examples;
    },
    onProgress: output.progress,
  });
  if (converted.kind !== 'read') {
    output.error(converted.message);
    return EXIT_FAILED;
  }
  if (quantize !== undefined) {
    const compared = await withTemporaryDirectory((temporaryDirectory) =>
      quantizationAccuracy(resolveFromCaller(path), converted, {
        temporaryDirectory,
        ...{ examples, decodeImages },
        ...sourceOptions(command),
        onProgress: output.progress,
      }),
    );
    if (compared.kind !== 'read') {
      output.error(compared.message);
      return EXIT_FAILED;
    }
    cost = { ...cost, accuracy: compared.value };
  }
  const { sourceFormat, content } = converted;
  const { format, signatures, leftOut = {}, blobs, weightBytes } = content;
  output.result(
    [
      `Converted ${sourceFormat} to ${format} in ${showToCaller(directory)}:`,
      ...formatTable(blobs.map(({ path, bytes }) => [`  ${path}`, formatBytes(bytes)])),
      ...signatureLines(signatures),
      ...leftOutLines(leftOut),
      ...(quantize === undefined ? [] : costLines(quantize, cost)),
    ],
    { output: directory, sourceFormat, format, signatures, leftOut, files: blobs, weightBytes, ...cost },
  );
  return EXIT_DONE;
}
