import * as v from 'valibot';
import {
  collectVariables,
  EXIT_FAILED,
  newCommand,
  parsePortArgument,
  runCommand,
} from './shared/command_line.ts';
import { portFault, runDevServer, serverUrl } from './shared/dev_server.ts';
import { describePlace, openLocalRegistry } from './shared/open_registry.ts';
import { DEFAULT_STATE_DIRECTORY, resolveFromCaller } from './shared/package_root.ts';
import { publishSampleModels } from './shared/sample_models.ts';

const command = newCommand(
  'dev',
  'Publishes the sample models into local state, if they are not there yet, and serves it.',
)
  .option('--port <port>', 'the port to listen on', parsePortArgument, 8787)
  .option('--ip <address>', 'the address to listen on', 'localhost')
  .option('--persist-to <directory>', 'local state folder (default: .wrangler/state)')
  .option(
    '--var <NAME:VALUE>',
    'a variable of the Worker, over the one in wrangler.toml; may be given several times',
    collectVariables,
  );

const OptionsSchema = v.object({
  port: v.number(),
  ip: v.string(),
  persistTo: v.optional(v.string()),
  var: v.optional(v.array(v.string()), []),
});

// Taken before anything changes it: wrangler is quiet in this process, and is not to be in its own.
const environment = { ...process.env };

await runCommand(command, async (output) => {
  const { port, ip, persistTo, var: variables } = v.parse(OptionsSchema, command.opts());
  const directory = persistTo === undefined ? DEFAULT_STATE_DIRECTORY : resolveFromCaller(persistTo);
  const fault = await portFault(ip, port);
  if (fault !== undefined) {
    output.error(fault);
    return EXIT_FAILED;
  }
  const registry = await openLocalRegistry(directory);
  try {
    output.progress(`Looking for the sample models in ${describePlace(registry.place)}`);
    await publishSampleModels(registry.store, (text) => output.progress(text));
  } finally {
    await registry.close();
  }
  output.progress('Starting wrangler dev');
  return runDevServer({ ip, port, directory, variables, environment }, () => {
    const url = serverUrl(ip, port);
    output.result(
      [
        `Serving ${describePlace(registry.place)} on ${url} (Ctrl+C ends it). Try:`,
        `  curl -d '{"instances":[1.0,2.0,5.0]}' ${url}/v1/models/half_plus_two:predict`,
      ].join('\n'),
      { url, registry: registry.place },
    );
  });
});
