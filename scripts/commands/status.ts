import * as v from 'valibot';
import {
  EXIT_DONE,
  EXIT_FAILED,
  parseNameArgument,
  registryCommand,
  runRegistryCommand,
} from '../cli/command_line.ts';
import { missingModel } from '../pointer/refusal.ts';
import { describePlace } from '../registry/open_registry.ts';
import { memoryBudgetBytes, readWorkerConfiguration } from '../rehearsal/sandbox/worker_configuration.ts';
import { allModelStatuses, modelStatus } from '../status/model_status.ts';
import { modelLines } from '../status/status_report.ts';

const command = registryCommand(
  'status',
  'Shows models, their versions and roles, and the history.',
).argument('[model]', 'one model, with its history (default: all, without)', parseNameArgument);

await runRegistryCommand(
  command,
  { state: 'must exist', access: 'read' },
  async ({ store, place, replica }, output) => {
    const [model] = v.parse(v.tuple([v.optional(v.string())]), [command.processedArgs[0]]);
    output.progress(`Reading ${describePlace(place)}`);
    const options = { memoryBudgetBytes: memoryBudgetBytes(await readWorkerConfiguration()), replica };
    if (model === undefined) {
      const models = await allModelStatuses(store, options);
      const lines = models.flatMap((status) => ['', ...modelLines(status, { history: false })]);
      output.result(
        models.length === 0
          ? `Nothing is published in ${describePlace(place)}.`
          : [`In ${describePlace(place)}:`, ...lines],
        { registry: place, models },
      );
      return EXIT_DONE;
    }
    const status = await modelStatus(store, model, options);
    if (status === undefined) {
      output.error(missingModel(model, place));
      return EXIT_FAILED;
    }
    output.result([`In ${describePlace(place)}:`, '', ...modelLines(status, { history: true })], {
      registry: place,
      ...status,
    });
    return EXIT_DONE;
  },
);
