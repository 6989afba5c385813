import { type Command, Option } from 'commander';
import * as v from 'valibot';
import { readPointer } from '../../worker/registry/pointer/pointer_store.ts';
import { wait } from '../../worker/registry/storage/waiting.ts';
import type { Card } from '../../worker/registry/version/card.ts';
import { VERSION_BUMPS } from '../../worker/registry/version/version.ts';
import { type CommandModule, EXIT_DONE, EXIT_FAILED } from '../cli/command_module.ts';
import { parseCountArgument, parseNameArgument } from '../cli/options/arguments.ts';
import { versionOption, withVersionOption } from '../cli/options/version_option.ts';
import type { Output } from '../cli/output.ts';
import { resolveFromCaller, toolVersion } from '../files/package_root.ts';
import { newChangeRecord, withChangeOptions } from '../pointer/change_record.ts';
import { changeTiming, isServed, withTimingOptions } from '../pointer/change_timing.ts';
import { readCard, withCardOptions } from '../publish/card_option.ts';
import { signatureFault } from '../publish/checks/required_signature.ts';
import { firstRequestLines } from '../publish/first_request.ts';
import {
  differenceLines,
  dryRunJson,
  dryRunLines,
  publishJson,
  publishLines,
} from '../publish/publish_report.ts';
import {
  costLines,
  parseFractionArgument,
  type QuantizationCost,
  quantizeOptions,
  withQuantizeOptions,
} from '../publish/quantization.ts';
import { readSigner, SIGNING_KEY_VARIABLE } from '../publish/signing_key.ts';
import { sourceOptions, withSourceOptions } from '../publish/source_options.ts';
import { describePlace } from '../registry/place.ts';
import type { Registry } from '../registry/registry.ts';
import { runOnRegistry, withRegistryOptions } from '../registry/registry_command.ts';
import type { EarlyRehearsal } from '../rehearsal/prepare_rehearsal.ts';
import { memoryBudgetBytes, readWorkerConfiguration } from '../rehearsal/sandbox/worker_configuration.ts';

const OptionsSchema = v.object({
  model: v.string(),
  bump: v.optional(v.picklist(VERSION_BUMPS)),
  label: v.optional(v.string()),
  stage: v.optional(v.boolean(), false),
  flip: v.boolean(),
  dryRun: v.optional(v.boolean(), false),
  allowBreaking: v.optional(v.boolean(), false),
  skipRehearsal: v.optional(v.boolean(), false),
  sign: v.optional(v.string()),
  rehearsalLimit: v.number(),
  reason: v.optional(v.string()),
  by: v.optional(v.string()),
  json: v.optional(v.boolean(), false),
});

export const PUBLISH: CommandModule = {
  define: (command) => define(withRegistryOptions(command)),
  run: async (command, output) => {
    // A wrong card is reported before the registry is opened.
    const card = await readCard(command);
    return runOnRegistry(command, output, {
      state: 'made where missing',
      run: async (registry) => {
        const { EarlyRehearsal } = await import('../rehearsal/prepare_rehearsal.ts');
        const early = new EarlyRehearsal(output.progress);
        try {
          return await publishOnce(registry, command, output, card, early);
        } finally {
          await early.close();
        }
      },
    });
  },
};

async function publishOnce(
  { store, place, changePointer }: Registry,
  command: Command,
  output: Output,
  card: Card | undefined,
  early: EarlyRehearsal,
): Promise<number> {
  const { publishModel } = await import('../publish/publish_model.ts');
  const { createRehearsal, skipRehearsal } = await import('../rehearsal/rehearse.ts');
  const options = {
    ...v.parse(OptionsSchema, command.opts()),
    ...quantizeOptions(command),
    version: versionOption(command),
  };
  const [path] = v.parse(v.tuple([v.string()]), command.args);
  const { model, flip, stage, quantize } = options;
  let cost: QuantizationCost = { accuracy: [] };
  output.progress(
    `${options.dryRun ? `Checking ${model} against` : `Publishing ${model} to`} ${describePlace(place)}`,
  );
  const record = newChangeRecord(options);
  const timing = changeTiming(command, output.progress);
  const signer = await readSigner(options.sign && resolveFromCaller(options.sign), process.env);
  const configuration = await readWorkerConfiguration();
  const unsignable = await signatureFault(configuration, signer?.keyId);
  if (unsignable !== undefined) {
    output.error(unsignable);
    return EXIT_FAILED;
  }
  const isFirst = (await readPointer(store, model)).kind === 'missing';
  // The current version and the unquantized model are measured beside it.
  if (!options.skipRehearsal) early.start(1 + (isFirst ? 0 : 1) + (quantize === 'int8' ? 1 : 0));
  const outcome = await publishModel(
    store,
    {
      ...options,
      ...sourceOptions(command),
      memoryBudgetBytes: memoryBudgetBytes(configuration),
      path: resolveFromCaller(path),
      record,
      tool: await toolVersion(),
      card,
      signer,
    },
    {
      rehearse: options.skipRehearsal
        ? skipRehearsal(record.at)
        : createRehearsal({
            store,
            limitMs: options.rehearsalLimit * 1000,
            at: record.at,
            onProgress: output.progress,
            prepare: (isolates) => early.take(isolates),
          }),
      // A dry run has them in its result, as --json always does.
      onDifferences: (differences) => {
        if (!options.dryRun && !options.json) output.warning(differenceLines(differences));
      },
      onConvert: output.progress,
      onQuantized: (measured) => {
        cost = measured;
      },
      onBlob: ({ path }, what) =>
        output.progress(`${path} ${what === 'uploaded' ? 'uploaded' : 'exists already'}`),
      onWait: (until) =>
        output.progress(`Waiting for a prune, whose lock holds until ${until.toISOString()} unless renewed`),
      changePointer: (name, change, why) => changePointer(name, change, why, timing),
      wait,
    },
  );
  if (outcome.kind === 'refused') {
    output.error(outcome.reason);
    return EXIT_FAILED;
  }
  const costs = quantize === undefined ? [] : costLines(quantize, cost);
  const measured = quantize === undefined ? {} : cost;
  if (outcome.kind === 'checked') {
    output.result([...dryRunLines(model, outcome), ...costs], {
      ...dryRunJson(model, place, outcome),
      ...measured,
    });
    return EXIT_DONE;
  }
  const served = await isServed(place);
  const report = { model, place, flip, stage, label: options.label, outcome, timing, served };
  const isCurrent = outcome.pointer?.current === outcome.version;
  const request = isCurrent ? await firstRequestLines(model, outcome.content, place) : [];
  output.result([...publishLines(report), ...costs, ...request], { ...publishJson(report), ...measured });
  return EXIT_DONE;
}

function define(command: Command): Command {
  return withTimingOptions(
    withChangeOptions(
      withVersionOption(
        withCardOptions(withQuantizeOptions(withSourceOptions(command)))
          .argument(
            '<model>',
            'a SavedModel, Keras file, ONNX or TensorFlow Lite model, frozen graph or tfjs model: its directory or file',
          )
          .requiredOption('--model <name>', 'the model to publish it as', parseNameArgument)
          .addOption(
            new Option(
              '--bump <part>',
              'the part of the highest version to increase, regardless of the name of the directory, unless a version has this content',
            )
              .choices(VERSION_BUMPS)
              .conflicts(['modelVersion', 'version']),
          )
          .option(
            '--max-loss <fraction>',
            'refuse a quantized model that differs by more: of the largest value of an output, or of its classes',
            parseFractionArgument,
          )
          .option('--label <label>', 'a label to move to the version', parseNameArgument)
          .addOption(
            new Option(
              '--stage',
              'keep the current version and load this one next to it; promote flips to it',
            ).conflicts('label'),
          )
          .option('--no-flip', 'keep the current version; --label still moves')
          .option('--dry-run', 'only check and rehearse the model; upload nothing')
          .option('--allow-breaking', 'publish even if clients of the current version would break')
          .option('--skip-rehearsal', 'publish without a rehearsal')
          .option(
            '--sign <file>',
            `sign the manifest with this key (default: ${SIGNING_KEY_VARIABLE}, if set)`,
          )
          .option(
            '--rehearsal-limit <seconds>',
            'the time limit of each response in the rehearsal',
            parseCountArgument,
            60,
          ),
        "MAJOR.MINOR.PATCH or an integer (default: the directory's name if it is one, else after the highest)",
      ),
    ),
  );
}
