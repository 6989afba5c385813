import * as v from 'valibot';
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
import { describeChange } from './shared/pointer_report.ts';
import { describeRefusal } from './shared/refusal.ts';
import { rollBackModel } from './shared/roll_back_model.ts';
import { wait } from './shared/wait.ts';

const command = withChangeOptions(
  registryCommand(
    'rollback',
    'Flips a model back to the version before the current one, or to any published one.',
  )
    .argument('<model>', 'the model', parseNameArgument)
    .option('--to <version>', 'the version to flip to (default: the one before)', parseVersionArgument),
);

const OptionsSchema = v.object({
  to: v.optional(v.string()),
  reason: v.optional(v.string()),
  by: v.optional(v.string()),
});

await runRegistryCommand(command, { state: 'must exist' }, async ({ store, place }, output) => {
  const options = v.parse(OptionsSchema, command.opts());
  const [model] = v.parse(v.tuple([v.string()]), command.processedArgs);
  output.progress(`Rolling back ${model} in ${describePlace(place)}`);
  const update = await rollBackModel(store, model, options.to, newChangeRecord(options), wait);
  if (update.kind === 'refused') {
    output.error(await describeRefusal({ store, place }, model, update.reason));
    return EXIT_FAILED;
  }
  const { current, generation } = update.pointer;
  const change = update.kind === 'changed' ? update.change : undefined;
  output.result(
    change === undefined
      ? `${model} ${current} is current in ${describePlace(place)} already: nothing to do.`
      : `Rolled back in ${describePlace(place)}.\n${describeChange(model, change)}`,
    { model, registry: place, change: change ?? null, current, generation },
  );
  return EXIT_DONE;
});
