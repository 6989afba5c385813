import type { Command } from 'commander';
import * as v from 'valibot';
import { requirePointer } from '../../worker/registry/pointer/pointer_store.ts';
import type { PruneResult } from '../../worker/registry/prune/pruning.ts';
import { BLOBS_PREFIX } from '../../worker/registry/storage/storage_keys.ts';
import { compareVersions } from '../../worker/registry/version/version.ts';
import { askYesOrNo, canAsk } from '../cli/ask.ts';
import { type CommandModule, EXIT_DONE, EXIT_FAILED } from '../cli/command_module.ts';
import { formatBytes, plural } from '../cli/format.ts';
import { parseCountArgument, parseNameArgument } from '../cli/options/arguments.ts';
import type { Output } from '../cli/output.ts';
import { UsageError } from '../cli/usage_error.ts';
import { newChangeRecord, withChangeOptions } from '../pointer/change_record.ts';
import { describeRefusal } from '../pointer/refusal.ts';
import { rolesOf } from '../pointer/roles.ts';
import { describePlace } from '../registry/place.ts';
import type { Registry } from '../registry/registry.ts';
import { runOnRegistry, withRegistryOptions } from '../registry/registry_command.ts';

export const PRUNE: CommandModule = {
  define: (command) =>
    withChangeOptions(
      withRegistryOptions(command)
        .argument('<model>', 'the model', parseNameArgument)
        .requiredOption('--keep <count>', 'the number of newest versions to keep', parseCountArgument)
        .option('--dry-run', 'only show what would be deleted')
        .option('--yes', 'delete without asking; needed without a terminal and with --json'),
    ),
  run: (command, output) => {
    const { dryRun, yes, json } = v.parse(OptionsSchema, command.opts());
    const asks = !dryRun && !yes;
    if (asks && (json || !canAsk())) {
      throw new UsageError(
        'prune asks before it deletes, and nobody can be asked here; give --yes, or --dry-run to only look',
      );
    }
    return runOnRegistry(command, output, {
      state: 'must exist',
      run: (registry) => pruneOnce(registry, command, output, asks),
    });
  },
};

const OptionsSchema = v.object({
  keep: v.number(),
  dryRun: v.optional(v.boolean(), false),
  yes: v.optional(v.boolean(), false),
  json: v.optional(v.boolean(), false),
  reason: v.optional(v.string()),
  by: v.optional(v.string()),
});

async function pruneOnce(
  { store, place, prune }: Registry,
  command: Command,
  output: Output,
  asks: boolean,
): Promise<number> {
  const options = v.parse(OptionsSchema, command.opts());
  const [model] = v.parse(v.tuple([v.string()]), command.processedArgs);
  const run = (dryRun: boolean): Promise<PruneResult> => {
    output.progress(
      `${dryRun ? 'Checking what to prune of' : 'Pruning'} ${model} in ${describePlace(place)}`,
    );
    return prune(model, { keep: options.keep, dryRun, record: newChangeRecord(options) });
  };
  let dryRun = options.dryRun;
  let result = await run(dryRun || asks);
  if (asks && result.kind !== 'refused' && !isEmpty(result)) {
    const reasons = await keepingReasons(store, model, result, options.keep);
    output.warning([
      `Would delete in ${describePlace(place)}:`,
      ...deletionLines(model, result),
      keptLine(reasons),
    ]);
    dryRun = !(await askYesOrNo('Delete them?'));
    if (dryRun) {
      output.error('nothing was deleted');
      return EXIT_FAILED;
    }
    result = await run(false);
  }
  if (result.kind === 'refused') {
    output.error(await describeRefusal({ store, place }, model, result.reason));
    return EXIT_FAILED;
  }
  const { versions, kept } = result;
  const reasons = await keepingReasons(store, model, result, options.keep);
  output.result(
    isEmpty(result)
      ? [`${model} has nothing to prune in ${describePlace(place)}.`, keptLine(reasons)]
      : [
          `${dryRun ? 'Would delete' : 'Deleted'} in ${describePlace(place)}:`,
          ...deletionLines(model, result),
          keptLine(reasons),
        ],
    {
      model,
      registry: place,
      dryRun,
      versions,
      kept,
      keptBecause: Object.fromEntries(reasons),
      blobs: blobsOf(result),
      bytes: bytesOf(result),
    },
  );
  return EXIT_DONE;
}

type Pruned = Exclude<PruneResult, { kind: 'refused' }>;

function isEmpty({ versions, blobs }: Pruned): boolean {
  return versions.length === 0 && blobs.length === 0;
}

function deletionLines(model: string, result: Pruned): string[] {
  const { versions, blobs } = result;
  return [
    `  ${plural(versions.length, 'version')} of ${model}${versions.length === 0 ? '' : `: ${versions.join(', ')}`}`,
    `  ${plural(blobs.length, 'file')} that no version needs (${formatBytes(bytesOf(result))})`,
  ];
}

/** Returns why each version stays: a pointer may name more versions than are to be kept. */
async function keepingReasons(
  store: Registry['store'],
  model: string,
  { versions, kept }: Pruned,
  keep: number,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const pointer = await requirePointer(store, model);
  const newest = keep === 0 ? [] : [...versions, ...kept].sort(compareVersions).slice(-keep);
  return new Map(
    kept.map((version) => {
      const reasons = [
        ...(newest.includes(version) ? ['newest'] : []),
        ...(pointer === undefined ? [] : rolesOf(version, pointer)),
      ];
      return [version, reasons.length === 0 ? ['being published'] : reasons];
    }),
  );
}

/** @example 'Kept: 1.0.0 (previous), 1.1.0 (newest, current)' */
function keptLine(reasons: ReadonlyMap<string, readonly string[]>): string {
  return `Kept: ${[...reasons].map(([version, why]) => `${version} (${why.join(', ')})`).join(', ')}`;
}

function blobsOf({ blobs }: Pruned): { readonly sha256: string; readonly bytes: number }[] {
  return blobs.map(({ key, size }) => ({ sha256: key.slice(BLOBS_PREFIX.length), bytes: size }));
}

function bytesOf({ blobs }: Pruned): number {
  return blobs.reduce((sum, { size }) => sum + size, 0);
}
