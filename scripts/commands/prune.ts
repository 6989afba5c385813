import * as v from 'valibot';
import { BLOBS_PREFIX } from '../../worker/registry/storage/storage_keys.ts';
import { parseCountArgument, parseNameArgument } from '../cli/arguments.ts';
import { EXIT_DONE, EXIT_FAILED } from '../cli/command_module.ts';
import { formatBytes, plural } from '../cli/format.ts';
import { newChangeRecord, withChangeOptions } from '../pointer/change_record.ts';
import { describeRefusal } from '../pointer/refusal.ts';
import { describePlace } from '../registry/place.ts';
import { registryCommand } from '../registry/registry_command.ts';

const OptionsSchema = v.object({
  keep: v.number(),
  dryRun: v.optional(v.boolean(), false),
  reason: v.optional(v.string()),
  by: v.optional(v.string()),
});

export const PRUNE = registryCommand({
  state: 'must exist',
  define: (command) =>
    withChangeOptions(
      command
        .argument('<model>', 'the model', parseNameArgument)
        .requiredOption('--keep <count>', 'the number of newest versions to keep', parseCountArgument)
        .option('--dry-run', 'only show what would be deleted'),
    ),
  run: async ({ store, place, prune }, output, command) => {
    const options = v.parse(OptionsSchema, command.opts());
    const { keep, dryRun } = options;
    const [model] = v.parse(v.tuple([v.string()]), command.processedArgs);
    output.progress(
      `${dryRun ? 'Checking what to prune of' : 'Pruning'} ${model} in ${describePlace(place)}`,
    );
    const result = await prune(model, { keep, dryRun, record: newChangeRecord(options) });
    if (result.kind === 'refused') {
      output.error(await describeRefusal({ store, place }, model, result.reason));
      return EXIT_FAILED;
    }
    const { versions, kept } = result;
    const blobs = result.blobs.map(({ key, size }) => ({
      sha256: key.slice(BLOBS_PREFIX.length),
      bytes: size,
    }));
    const bytes = blobs.reduce((sum, blob) => sum + blob.bytes, 0);
    output.result(
      versions.length === 0 && blobs.length === 0
        ? `${model} has nothing to prune in ${describePlace(place)}.`
        : [
            `${dryRun ? 'Would delete' : 'Deleted'} in ${describePlace(place)}:`,
            `  ${plural(versions.length, 'version')} of ${model}${versions.length === 0 ? '' : `: ${versions.join(', ')}`}`,
            `  ${plural(blobs.length, 'file')} that no version needs (${formatBytes(bytes)})`,
            `Kept: ${kept.join(', ')}`,
          ],
      { model, registry: place, dryRun, versions, kept, blobs, bytes },
    );
    return EXIT_DONE;
  },
});
