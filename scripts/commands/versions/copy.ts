import type { Command } from 'commander';
import * as v from 'valibot';
import { occasionally } from '../../../import/throttle_progress.ts';
import { wait } from '../../../worker/registry/storage/waiting.ts';
import { listModels, listVersions } from '../../../worker/registry/version/version_store.ts';
import { type CommandModule, EXIT_DONE, EXIT_FAILED, withJsonOption } from '../../cli/command_module.ts';
import { formatBytes } from '../../cli/format.ts';
import { commandLine } from '../../cli/invocation.ts';
import { parseNameArgument } from '../../cli/options/arguments.ts';
import type { Output } from '../../cli/output.ts';
import { UsageError } from '../../cli/usage_error.ts';
import { type CopyObserver, copyModel, type ModelCopy } from '../../copy/copy_model.ts';
import { copyJson, copyLines, isIncomplete, refusalLines } from '../../copy/copy_report.ts';
import { copyPlaces, placeWords, withPlaceOption } from '../../copy/place_option.ts';
import { newChangeRecord, withChangeOptions } from '../../pointer/change_record.ts';
import { changeTiming, withTimingOptions } from '../../pointer/change_timing.ts';
import { missingModel } from '../../pointer/refusal.ts';
import { describePlace } from '../../registry/place.ts';
import type { Registry } from '../../registry/registry.ts';
import { withRegistry } from '../../registry/registry_command.ts';
import { parseVersionName, VERSION_NAME } from '../../registry/version_name.ts';

export const COPY: CommandModule = { define, run };

function define(command: Command): Command {
  const copy = withJsonOption(command)
    .argument('[model]', 'the model (default: all models)', parseNameArgument)
    .argument(
      '[versions...]',
      `what to copy of it: each ${VERSION_NAME} (default: all versions)`,
      (text: string, before: readonly string[] | undefined) => [...(before ?? []), parseVersionName(text)],
    );
  return withTimingOptions(
    withChangeOptions(
      withPlaceOption(withPlaceOption(copy, 'from'), 'to')
        .option('--in-use', 'only versions that are current, previous, staged, on trial or labeled')
        .option('--flip', "also make the source's current version current there, without a rehearsal")
        .option('--labels', 'also move the labels of the source to the copied versions')
        .option('--dry-run', 'only show what would be copied'),
    ),
  );
}

const OptionsSchema = v.object({
  inUse: v.optional(v.boolean(), false),
  flip: v.optional(v.boolean(), false),
  labels: v.optional(v.boolean(), false),
  dryRun: v.optional(v.boolean(), false),
  reason: v.optional(v.string()),
  by: v.optional(v.string()),
});
type Options = v.InferOutput<typeof OptionsSchema>;
const ArgumentsSchema = v.tuple([v.optional(v.string()), v.optional(v.array(v.string()), [])]);

async function run(command: Command, output: Output): Promise<number> {
  const options = v.parse(OptionsSchema, command.opts());
  const [model, names] = v.parse(ArgumentsSchema, [command.processedArgs[0], command.processedArgs[1]]);
  if (names.length > 0 && options.inUse) {
    throw new UsageError('--in-use chooses the versions, so that none can be named');
  }
  const places = await copyPlaces(command, process.env);
  return withRegistry(places.from, output, { state: 'must exist', access: 'read' }, (from) =>
    withRegistry(places.to, output, { state: options.dryRun ? 'must exist' : 'made where missing' }, (to) =>
      copyBetween({ from, to }, { model, names, options, command }, output),
    ),
  );
}

async function copyBetween(
  { from, to }: { readonly from: Registry; readonly to: Registry },
  wanted: {
    readonly model: string | undefined;
    readonly names: readonly string[];
    readonly options: Options;
    readonly command: Command;
  },
  output: Output,
): Promise<number> {
  const { options, names } = wanted;
  const models = wanted.model === undefined ? await listModels(from.store) : [wanted.model];
  if (wanted.model !== undefined && (await listVersions(from.store, wanted.model)).length === 0) {
    output.error(await missingModel(from, wanted.model));
    return EXIT_FAILED;
  }
  const record = newChangeRecord({
    ...options,
    reason: options.reason ?? `copied from ${describePlace(from.place)}`,
  });
  const request = { ...options, names, record, timing: changeTiming(wanted.command, output.progress) };
  const copies: ModelCopy[] = [];
  for (const model of models) {
    output.progress(`${options.dryRun ? 'Comparing' : 'Copying'} ${model}`);
    copies.push(await copyModel(from.store, to, model, request, observe(model, output)));
  }
  const report = { from: from.place, to: to.place, dryRun: options.dryRun, models: copies };
  const fails = isIncomplete(report);
  if (fails) output.warning(refusalLines(report));
  output.result([...copyLines(report), ...adviceLines(wanted, copies)], copyJson(report));
  return fails ? EXIT_FAILED : EXIT_DONE;
}

function observe(model: string, output: Output): CopyObserver {
  const report = occasionally(output.progress);
  let bytes = 0;
  return {
    wait,
    onBytes: (version, read) => {
      bytes += read;
      report(`${model} ${version}: ${formatBytes(bytes)} read`);
    },
    onBlob: (version, { path }, outcome) =>
      output.progress(`${model} ${version}: ${path} ${outcome === 'uploaded' ? 'copied' : 'exists already'}`),
    onWait: (until) =>
      output.progress(`Waiting for a prune, whose lock holds until ${until.toISOString()} unless renewed`),
  };
}

/** Says how to make a copied version current, if the model has no current version at the destination. */
function adviceLines(
  { options, command }: { readonly options: Options; readonly command: Command },
  copies: readonly ModelCopy[],
): string[] {
  const idle = copies.flatMap((copy) => (copy.kind === 'done' && !copy.hasCurrent ? [copy.model] : []));
  const [first] = idle;
  if (first === undefined || options.flip || options.dryRun) return [];
  const who = idle.length === 1 ? `${first} has` : `${idle.length} models have`;
  const words = [...(idle.length === 1 ? [first] : []), ...placeWords(command), '--flip'];
  return [
    `${who} no current version there, so that nothing of it is served. To make the current version of the source current:`,
    `  ${commandLine('copy', words.join(' '))}`,
  ];
}
