import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Command } from 'commander';
import * as v from 'valibot';
import { type CommandModule, EXIT_FAILED } from '../cli/command_module.ts';
import type { Output } from '../cli/output.ts';
import { OUTER_ENVIRONMENT } from '../files/load_wrangler.ts';
import {
  PROJECT_ROOT,
  resolveFromCaller,
  showToCaller,
  wranglerConfiguration,
} from '../files/package_root.ts';
import { managementFault } from '../registry/management_environment.ts';
import { withEnvironmentOption } from './wrangler_environment.ts';
import { configurationOptions, type WorkerName, WRANGLER } from './wrangler_process.ts';

const OptionsSchema = v.object({
  dryRun: v.optional(v.boolean(), false),
  outdir: v.optional(v.string()),
  message: v.optional(v.string()),
  tag: v.optional(v.string()),
});

function define(command: Command): Command {
  return withEnvironmentOption(command)
    .option('--dry-run', 'only build the Worker; upload nothing')
    .option('--outdir <directory>', 'keep the uploaded files in this directory')
    .option('--message <text>', 'a message for this deployment, stored by Cloudflare')
    .option('--tag <text>', 'a tag for this deployment, stored by Cloudflare');
}

/** Makes the command that deploys one Worker of the effective configuration. */
export function deployCommand(worker: WorkerName): CommandModule {
  return { define, run: (command, output) => deploy(worker, command, output) };
}

async function deploy(worker: WorkerName, command: Command, output: Output): Promise<number> {
  const { dryRun, outdir, message, tag } = v.parse(OptionsSchema, command.opts());
  const configuration = wranglerConfiguration();
  // If the configuration lacks the environment, wrangler would deploy the serving Worker.
  const fault = worker === 'management' ? await managementFault() : undefined;
  if (fault !== undefined) {
    output.error(fault);
    return EXIT_FAILED;
  }
  output.progress(`${dryRun ? 'Building' : 'Deploying'} ${showToCaller(configuration)}`);
  return runWrangler(
    [
      'deploy',
      ...configurationOptions(worker),
      ...(dryRun ? ['--dry-run'] : []),
      ...(outdir === undefined ? [] : ['--outdir', resolveFromCaller(outdir)]),
      ...(message === undefined ? [] : [`--message=${message}`]),
      ...(tag === undefined ? [] : [`--tag=${tag}`]),
    ],
    OUTER_ENVIRONMENT,
  );
}

/** wrangler uses the terminal directly, since it may ask for the account. */
async function runWrangler(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(process.execPath, [WRANGLER, ...words], {
    cwd: PROJECT_ROOT,
    env: environment,
    stdio: 'inherit',
  });
  const [code]: unknown[] = await once(child, 'close');
  return typeof code === 'number' ? code : EXIT_FAILED;
}
