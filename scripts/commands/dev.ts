import type { Command } from 'commander';
import * as v from 'valibot';
import { type CommandModule, EXIT_FAILED } from '../cli/command_module.ts';
import { parsePortArgument } from '../cli/options/arguments.ts';
import { RepeatableOption } from '../cli/options/repeatable_option.ts';
import type { Output } from '../cli/output.ts';
import { withEnvironmentOption } from '../deploy/wrangler_environment.ts';
import { DEV_PORT } from '../dev/dev_address.ts';
import { type DevServerOptions, portFault, runDevServers, serverUrl } from '../dev/dev_server.ts';
import { localOrigins } from '../dev/local_origins.ts';
import { announceDev, withdrawDev } from '../dev/running_dev.ts';
import { parseVariableArgument } from '../dev/variable_argument.ts';
import { DEFAULT_STATE_DIRECTORY, resolveFromCaller } from '../files/package_root.ts';
import { managementFault } from '../registry/management_environment.ts';
import { createToken } from '../registry/management_token.ts';
import { describePlace } from '../registry/place.ts';

export const DEV: CommandModule = { define, run };

function define(command: Command): Command {
  return withEnvironmentOption(command)
    .option('--port <port>', 'the port to listen on', parsePortArgument, DEV_PORT)
    .option(
      '--management-port <port>',
      'the port of the management Worker (default: one after --port)',
      parsePortArgument,
    )
    .option('--no-management', 'do not start the management Worker')
    .option('--ip <address>', 'the address to listen on', 'localhost')
    .option('--persist-to <directory>', 'local state folder (default: .wrangler/state)')
    .addOption(
      new RepeatableOption(
        '--var <NAME:VALUE>',
        'a variable of the Worker; overrides wrangler.toml',
        parseVariableArgument,
      ),
    );
}

/** Addresses that only this machine reaches. */
const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '::1'];

const OptionsSchema = v.object({
  port: v.number(),
  managementPort: v.optional(v.number()),
  management: v.boolean(),
  ip: v.string(),
  persistTo: v.optional(v.string()),
  var: v.optional(v.array(v.string()), []),
});

async function run(command: Command, output: Output): Promise<number> {
  const { openLocalRegistry } = await import('../registry/local/local_registry.ts');
  const { publishSampleModels } = await import('../dev/sample_models.ts');
  const { startTrafficServer } = await import('../traffic/traffic_server.ts');
  const options = v.parse(OptionsSchema, command.opts());
  const { port, ip, persistTo, var: variables } = options;
  const unmanaged = options.management ? await managementFault() : undefined;
  const isManaged = options.management && unmanaged === undefined;
  const managementPort = isManaged ? (options.managementPort ?? port + 1) : undefined;
  const directory = persistTo === undefined ? DEFAULT_STATE_DIRECTORY : resolveFromCaller(persistTo);
  const fault =
    (await portFault(ip, port)) ??
    (managementPort === undefined ? undefined : await portFault(ip, managementPort, '--management-port'));
  if (fault !== undefined) {
    output.error(fault);
    return EXIT_FAILED;
  }
  const registry = await openLocalRegistry(directory);
  try {
    output.progress(`Checking the sample models in ${describePlace(registry.place)}`);
    await publishSampleModels(registry.store, (text) => output.progress(text));
  } finally {
    await registry.close();
  }
  if (unmanaged !== undefined) output.progress(`Without the management Worker: ${unmanaged}`);
  output.progress('Starting wrangler dev');
  const traffic = await startTrafficServer(directory);
  const shared = { ip, directory };
  const store = `TRAFFIC_STORE:${traffic.url}`;
  const servers: DevServerOptions[] = [
    {
      ...shared,
      worker: 'serving',
      port,
      variables: [store, ...variables, ...(await localOrigins(variables))],
      onReady: async () => {
        const url = serverUrl(ip, port);
        await announceDev(directory, url);
        const text = [
          `Serving ${describePlace(registry.place)} on ${url} (Ctrl+C to stop). Try:`,
          `  curl -d '{"instances":[1.0,2.0,5.0]}' ${url}/v1/models/half_plus_two:predict`,
        ];
        output.result(text, { url, registry: registry.place });
      },
    },
  ];
  if (managementPort !== undefined) {
    // The token is only valid for this run and is not stored.
    const { token, entry } = createToken('dev', ['publish', 'flip']);
    servers.push({
      ...shared,
      worker: 'management',
      port: managementPort,
      variables: [
        `MANAGEMENT_TOKENS:${entry}`,
        `PREDICT_URL:${serverUrl(ip, port)}`,
        store,
        // On other addresses, any machine of the network could ask for it.
        ...(LOOPBACK.includes(ip) ? [`DEV_TOKEN:${token}`] : []),
      ],
      onReady: () => {
        const url = serverUrl(ip, managementPort);
        const text = [
          `The console: ${url}/`,
          `Managing it on ${url}, with a token for this run. Try:`,
          `  curl -H 'Authorization: Bearer ${token}' ${url}/api/v1/models`,
        ];
        output.result(text, { url, console: `${url}/`, token });
      },
    });
  }
  try {
    return await runDevServers(servers, output.log);
  } finally {
    await withdrawDev(directory);
    await traffic.close();
  }
}
