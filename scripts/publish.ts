import { Option } from 'commander';
import * as v from 'valibot';
import type { OutputDifference } from '../import/accuracy/compare_answers.ts';
import { VERSION_BUMPS } from '../worker/registry/version.ts';
import { newChangeRecord } from './shared/change_record.ts';
import {
  EXIT_DONE,
  EXIT_FAILED,
  parseNameArgument,
  parseVersionArgument,
  registryCommand,
  runRegistryCommand,
  withChangeOptions,
} from './shared/command_line.ts';
import { describePlace } from './shared/open_registry.ts';
import { resolveFromCaller, toolVersion } from './shared/package_root.ts';
import { publishModel } from './shared/publish_model.ts';
import { publishJson, publishText } from './shared/publish_report.ts';
import { accuracyLines, QUANTIZATIONS, quantizeOption } from './shared/quantization.ts';
import { wait } from './shared/wait.ts';

const command = withChangeOptions(
  registryCommand('publish', 'Publishes a model as a version and makes it current.')
    .argument('<model>', 'a SavedModel, Keras file, frozen graph or tfjs model: its directory or file')
    .requiredOption('--model <name>', 'the model to publish it as', parseNameArgument)
    .option(
      '--version <version>',
      "MAJOR.MINOR.PATCH or an integer (default: the directory's name if it is one, else after the highest)",
      parseVersionArgument,
    )
    .addOption(
      new Option(
        '--bump <part>',
        'which part of the highest version to raise, whatever the directory is called, unless a version has this content',
      )
        .choices(VERSION_BUMPS)
        .conflicts('version'),
    )
    .addOption(quantizeOption())
    .option('--label <label>', 'a label to move to the version', parseNameArgument)
    .option('--no-flip', 'leave the current version as it is; --label still moves'),
);

const OptionsSchema = v.object({
  model: v.string(),
  version: v.optional(v.string()),
  bump: v.optional(v.picklist(VERSION_BUMPS)),
  label: v.optional(v.string()),
  quantize: v.optional(v.picklist(QUANTIZATIONS)),
  flip: v.boolean(),
  reason: v.optional(v.string()),
  by: v.optional(v.string()),
});

await runRegistryCommand(command, { state: 'made where missing' }, async ({ store, place }, output) => {
  const options = v.parse(OptionsSchema, command.opts());
  const [path] = v.parse(v.tuple([v.string()]), command.args);
  const { model, flip, quantize } = options;
  let accuracy: readonly OutputDifference[] = [];
  output.progress(`Publishing ${model} to ${describePlace(place)}`);
  const outcome = await publishModel(
    store,
    {
      ...options,
      path: resolveFromCaller(path),
      record: newChangeRecord(options),
      tool: await toolVersion(),
    },
    {
      onConvert: output.progress,
      onQuantized: (measured) => {
        accuracy = measured;
      },
      onBlob: ({ path }, what) => output.progress(`${path} ${what === 'uploaded' ? 'uploaded' : 'is there'}`),
      onWait: (until) =>
        output.progress(`Waiting for a prune, whose lock holds until ${until.toISOString()} unless renewed`),
      wait,
    },
  );
  if (outcome.kind === 'refused') {
    output.error(outcome.reason);
    return EXIT_FAILED;
  }
  const report = { model, place, flip, label: options.label, outcome };
  const costs = quantize === undefined ? [] : accuracyLines(quantize, accuracy);
  output.result([publishText(report), ...costs].join('\n'), {
    ...publishJson(report),
    ...(quantize === undefined ? {} : { accuracy }),
  });
  return EXIT_DONE;
});
