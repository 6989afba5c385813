import type { Command } from 'commander';
import * as v from 'valibot';
import { type CommandModule, EXIT_DONE, EXIT_FAILED, withJsonOption } from '../cli/command_module.ts';
import type { Output } from '../cli/output.ts';
import { resolveFromCaller } from '../files/package_root.ts';
import { withTemporaryDirectory } from '../files/temporary_directory.ts';
import { sourceOptions, withSourceOptions } from '../publish/source_options.ts';
import { summaryLines } from '../status/model_report.ts';

export const INSPECT: CommandModule = { define, run };

function define(command: Command): Command {
  return withJsonOption(
    withSourceOptions(command).argument(
      '<model>',
      'a SavedModel, Keras file, ONNX or TensorFlow Lite model, frozen graph or tfjs model: its directory or file',
    ),
  );
}

async function run(command: Command, output: Output): Promise<number> {
  const { inspectModel } = await import('../../import/index.ts');
  const [path] = v.parse(v.tuple([v.string()]), command.args);
  const inspected = await withTemporaryDirectory((temporaryDirectory) =>
    inspectModel(resolveFromCaller(path), {
      temporaryDirectory,
      ...sourceOptions(command),
      onProgress: output.progress,
    }),
  );
  if (inspected.kind !== 'read') {
    output.error(inspected.message);
    return EXIT_FAILED;
  }
  output.result(summaryLines(inspected.value), inspected.value);
  return EXIT_DONE;
}
