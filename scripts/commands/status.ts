import * as v from 'valibot';
import { EXIT_DONE, EXIT_FAILED } from '../cli/command_module.ts';
import { parseNameArgument } from '../cli/options/arguments.ts';
import { missingModel } from '../pointer/refusal.ts';
import { describePlace } from '../registry/place.ts';
import { registryCommand } from '../registry/registry_command.ts';
import { memoryBudgetBytes, readWorkerConfiguration } from '../rehearsal/sandbox/worker_configuration.ts';
import { allModelStatuses, modelStatus } from '../status/model_status.ts';
import { modelLines } from '../status/status_report.ts';

export const STATUS = registryCommand({
  state: 'must exist',
  access: 'read',
  define: (command) =>
    command.argument(
      '[model]',
      'one model, with its signatures, cards and history (default: all, without)',
      parseNameArgument,
    ),
  run: async ({ store, place, replica }, output, command) => {
    const [model] = v.parse(v.tuple([v.optional(v.string())]), [command.processedArgs[0]]);
    output.progress(`Reading ${describePlace(place)}`);
    const options = { memoryBudgetBytes: memoryBudgetBytes(await readWorkerConfiguration()), replica };
    const one = model === undefined ? undefined : await modelStatus(store, model, options);
    if (model !== undefined && one === undefined) {
      output.error(await missingModel({ store, place }, model));
      return EXIT_FAILED;
    }
    const models = one === undefined ? await allModelStatuses(store, options) : [one];
    const lines = models.flatMap((status) => ['', ...modelLines(status, { whole: one !== undefined })]);
    output.result(
      models.length === 0
        ? `Nothing is published in ${describePlace(place)}.`
        : [`In ${describePlace(place)}:`, ...lines],
      { registry: place, models },
    );
    return EXIT_DONE;
  },
});
