import { type Command, InvalidArgumentError } from 'commander';
import * as v from 'valibot';
import { DEFAULT_MINUTES, MOST_MINUTES } from '../../worker/traffic/report/traffic_report.ts';
import { type CommandModule, EXIT_DONE, EXIT_FAILED, EXIT_USAGE } from '../cli/command_module.ts';
import { commandLine } from '../cli/invocation.ts';
import { parseNameArgument } from '../cli/options/arguments.ts';
import type { Output } from '../cli/output.ts';
import type { RegistryPlace } from '../registry/open_registry.ts';
import {
  selectedPlace,
  TOKEN_MISSING,
  withRegistry,
  withRegistryOptions,
} from '../registry/registry_command.ts';

export const TRAFFIC: CommandModule = { define, run };

function define(command: Command): Command {
  return withRegistryOptions(command)
    .argument('<model>', 'the model', parseNameArgument)
    .option('--minutes <number>', 'the last so many minutes', parseMinutes, DEFAULT_MINUTES)
    .option('--watch', 'print it again every 10 seconds, until Ctrl+C')
    .addHelpText(
      'after',
      `
Example: ${commandLine('traffic', 'half_plus_two --minutes 60')}

It shows the requests that isolates have recorded: of the local \`dev\`, of the account with --remote, or through a
management Worker with --url. docs/operating/traffic.md says how to switch the record on.`,
    );
}

function parseMinutes(text: string): number {
  const minutes = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (minutes < 1 || minutes > MOST_MINUTES) {
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST_MINUTES}.`);
  }
  return minutes;
}

const OptionsSchema = v.object({ minutes: v.number(), watch: v.optional(v.boolean(), false) });
const WATCH_MS = 10_000;

async function run(command: Command, output: Output): Promise<number> {
  const { minutes, watch } = v.parse(OptionsSchema, command.opts());
  const [model] = v.parse(v.tuple([v.string()]), command.processedArgs);
  const place = selectedPlace(command);
  if (place === undefined) {
    output.error(TOKEN_MISSING, 'ERR_COMMAND_LINE_INVALID');
    return EXIT_USAGE;
  }
  const { wait } = await import('../../worker/registry/storage/waiting.ts');
  const { openTraffic } = await import('../traffic/open_traffic.ts');
  const { trafficLines } = await import('../traffic/traffic_lines.ts');
  const opened = await openTraffic(place);
  if (opened.kind === 'unavailable') {
    output.error(opened.reason);
    return EXIT_FAILED;
  }
  try {
    for (;;) {
      output.progress(`Reading the requests of ${model}`);
      const report = await opened.read(model, minutes);
      const mayBeUnknown = report.versions.length === 0 && place.kind === 'local';
      if (mayBeUnknown && (await refuseUnknown(place, model, output)) !== EXIT_DONE) return EXIT_FAILED;
      const others = report.versions.length === 0 ? await opened.models(minutes) : [];
      output.result(trafficLines(report, others), report);
      if (!watch) return EXIT_DONE;
      await wait(WATCH_MS);
    }
  } finally {
    opened.close();
  }
}

/** Refuses a model that the local state does not have. A management Worker refuses it by itself. */
async function refuseUnknown(place: RegistryPlace, model: string, output: Output): Promise<number> {
  const { missingModel } = await import('../pointer/refusal.ts');
  const { modelExists } = await import('../status/model_status.ts');
  return withRegistry(place, output, { state: 'must exist', access: 'read' }, async (registry) => {
    if (await modelExists(registry.store, model)) return EXIT_DONE;
    output.error(await missingModel(registry, model));
    return EXIT_FAILED;
  });
}
