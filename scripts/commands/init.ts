import { existsSync } from 'node:fs';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import type { Command } from 'commander';
import * as v from 'valibot';
import { writeWholeFile } from '../../import/files/write_whole_file.ts';
import { type CommandModule, EXIT_DONE, EXIT_FAILED, withJsonOption } from '../cli/command_module.ts';
import { commandLine } from '../cli/invocation.ts';
import type { Output } from '../cli/output.ts';
import {
  PACKAGE_ROOT,
  PRODUCT_CONFIGURATION,
  resolveFromCaller,
  showToCaller,
} from '../files/package_root.ts';

export const INIT: CommandModule = { define, run };

const SAMPLE = join('models', 'half_plus_two');

function define(command: Command): Command {
  return withJsonOption(command.argument('[directory]', 'the folder of the project (default: this folder)'));
}

async function run(command: Command, output: Output): Promise<number> {
  const [argument = '.'] = v.parse(v.tuple([v.optional(v.string())]), [command.args[0]]);
  const directory = resolveFromCaller(argument);
  const configuration = join(directory, 'wrangler.toml');
  const isThere = `${showToCaller(configuration)} exists already, and is never overwritten`;
  if (existsSync(configuration)) {
    output.error(isThere);
    return EXIT_FAILED;
  }
  await mkdir(join(directory, 'models'), { recursive: true });
  const sample = join(directory, SAMPLE);
  if (!existsSync(sample)) {
    await cp(join(PACKAGE_ROOT, SAMPLE, '1.0.0'), join(sample, '1.0.0'), { recursive: true });
  }
  // Last, so that an interrupted init can be repeated.
  const text = projectConfiguration(await readFile(PRODUCT_CONFIGURATION, 'utf8'), directory);
  if (!(await writeWholeFile(configuration, text, { replace: false }))) {
    output.error(isThere);
    return EXIT_FAILED;
  }
  output.result(
    [
      `Made ${showToCaller(configuration)} and ${showToCaller(sample)}.`,
      `Serve the models with: ${commandLine('dev')}`,
    ],
    { configuration, models: join(directory, 'models') },
  );
  return EXIT_DONE;
}

/** The product's configuration, for another folder: with the name of that, and the paths of the Workers from there. */
function projectConfiguration(text: string, directory: string): string {
  const name = projectName(directory);
  const worker = relative(directory, join(PACKAGE_ROOT, 'worker')).replaceAll(sep, '/');
  return text
    .replaceAll(/^main = "worker\//gm, `main = "${worker}/`)
    .replaceAll(/^((?:name|bucket_name|service) = )"edge-serving/gm, `$1"${name}`);
}

/** A valid name of a Worker and of a bucket. */
function projectName(directory: string): string {
  const name = basename(directory)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  return name.length < 3 ? 'edge-serving' : name;
}
