import { Option } from 'commander';
import * as v from 'valibot';
import { completeHistory } from '../../worker/registry/pointer/history_archive.ts';
import { requirePointer } from '../../worker/registry/pointer/pointer_store.ts';
import { EXIT_DONE, EXIT_FAILED } from '../cli/command_module.ts';
import { parseNameArgument } from '../cli/options/arguments.ts';
import { describeRefusal } from '../pointer/refusal.ts';
import { describePlace } from '../registry/place.ts';
import { registryCommand } from '../registry/registry_command.ts';
import { historyLines } from '../status/status_report.ts';

export const HISTORY = registryCommand({
  state: 'must exist',
  access: 'read',
  define: (command) =>
    command
      .argument('<model>', 'the model', parseNameArgument)
      .addOption(
        new Option('--export', 'print one JSON object for each change, oldest first').conflicts('json'),
      ),
  run: async ({ store, place }, output, command) => {
    const { export: exports } = v.parse(OptionsSchema, command.opts());
    const [model] = v.parse(v.tuple([v.string()]), command.processedArgs);
    output.progress(`Reading ${describePlace(place)}`);
    const pointer = await requirePointer(store, model);
    if (pointer === undefined) {
      output.error(await describeRefusal({ store, place }, model, `${model} has no current version yet`));
      return EXIT_FAILED;
    }
    const { entries, gaps } = await completeHistory(store, model, pointer);
    for (const [first, last] of gaps) {
      output.warning(
        `The store does not have generations ${first} to ${last}: an earlier tool kept only 50 changes.`,
      );
    }
    output.result(
      exports ? entries.map((entry) => JSON.stringify(entry)) : historyLines(entries.toReversed()),
      { model, registry: place, history: entries, gaps },
    );
    return EXIT_DONE;
  },
});

const OptionsSchema = v.object({ export: v.optional(v.boolean(), false) });
