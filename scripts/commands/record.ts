import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import * as v from 'valibot';
import { GOLDEN_FILE } from '../../import/files/sidecar_files.ts';
import { writeWholeFile } from '../../import/files/write_whole_file.ts';
import { type CommandModule, EXIT_DONE, EXIT_FAILED, withJsonOption } from '../cli/command_module.ts';
import { plural } from '../cli/format.ts';
import { parseCountArgument } from '../cli/options/arguments.ts';
import { RepeatableOption } from '../cli/options/repeatable_option.ts';
import type { Output } from '../cli/output.ts';
import { withEnvironmentOption } from '../deploy/wrangler_environment.ts';
import { requireRoom } from '../files/full_disk.ts';
import { resolveFromCaller, showToCaller } from '../files/package_root.ts';
import { withTemporaryDirectory } from '../files/temporary_directory.ts';
import { sourceOptions, withSourceOptions } from '../publish/source_options.ts';
import type { EarlyRehearsal } from '../rehearsal/prepare_rehearsal.ts';

export const RECORD: CommandModule = { define, run };

function define(command: Command): Command {
  return withJsonOption(
    withEnvironmentOption(withSourceOptions(command))
      .argument(
        '<model>',
        'a SavedModel, Keras file, ONNX or TensorFlow Lite model, frozen graph or tfjs model: its directory or file',
      )
      .addOption(
        new RepeatableOption(
          '--input <file>',
          "a request in TensorFlow Serving's JSON (default: generated from the signature)",
        ),
      )
      .option('--tolerance <number>', 'the permitted difference of later answers', parseTolerance)
      .option('--seed <number>', 'the seed of the generated requests', parseCountArgument, 1)
      .option('--force', 'overwrite golden.json')
      .option('--rehearsal-limit <seconds>', 'the time limit of each response', parseCountArgument, 60),
  );
}

const OptionsSchema = v.object({
  input: v.optional(v.array(v.string()), []),
  tolerance: v.optional(v.number()),
  seed: v.number(),
  force: v.optional(v.boolean(), false),
  rehearsalLimit: v.number(),
});

function parseTolerance(text: string): number {
  const tolerance = text.trim() === '' ? Number.NaN : Number(text);
  if (!(tolerance >= 0 && tolerance < Number.POSITIVE_INFINITY)) {
    throw new InvalidArgumentError('A tolerance is a number of at least 0.');
  }
  return tolerance;
}

async function run(command: Command, output: Output): Promise<number> {
  const { EarlyRehearsal } = await import('../rehearsal/prepare_rehearsal.ts');
  const early = new EarlyRehearsal(output.progress);
  try {
    return await record(command, output, early);
  } finally {
    await early.close();
  }
}

async function record(command: Command, output: Output, early: EarlyRehearsal): Promise<number> {
  const { openModel } = await import('../../import/open_model.ts');
  const { recordExamples } = await import('../rehearsal/record_examples.ts');
  const options = v.parse(OptionsSchema, command.opts());
  const [argument] = v.parse(v.tuple([v.string()]), command.args);
  const path = resolveFromCaller(argument);
  const isDirectory = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  const target = join(isDirectory ? path : dirname(path), GOLDEN_FILE);
  const fail = (reason: string): number => {
    output.error(reason);
    return EXIT_FAILED;
  };
  const isThere = `${showToCaller(target)} exists already; --force overwrites it`;
  if (!options.force && (await stat(target).catch(() => undefined)) !== undefined) return fail(isThere);
  await requireRoom(dirname(target), tmpdir());
  early.start(1);
  const outcome = await withTemporaryDirectory(async (temporaryDirectory) => {
    const imported = await openModel(path, {
      temporaryDirectory,
      ...sourceOptions(command),
      onProgress: output.progress,
    });
    if (imported.kind !== 'read') return { kind: 'refused' as const, reason: imported.message };
    return recordExamples({
      content: imported.content,
      files: imported.files,
      requests: options.input.map(resolveFromCaller),
      seed: options.seed,
      tolerance: options.tolerance,
      limitMs: options.rehearsalLimit * 1000,
      early,
      onProgress: output.progress,
    });
  });
  if (outcome.kind === 'refused') return fail(outcome.reason);
  const { examples } = outcome;
  const text = `${JSON.stringify({ examples })}\n`;
  if (!(await writeWholeFile(target, text, { replace: options.force }))) return fail(isThere);
  output.result(`Recorded ${plural(examples.length, 'golden example')} in ${showToCaller(target)}.`, {
    path: target,
    examples,
  });
  return EXIT_DONE;
}
