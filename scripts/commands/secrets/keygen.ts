import type { Command } from 'commander';
import * as v from 'valibot';
import { writeWholeFile } from '../../../import/files/write_whole_file.ts';
import { type CommandModule, EXIT_DONE, EXIT_FAILED, withJsonOption } from '../../cli/command_module.ts';
import type { Output } from '../../cli/output.ts';
import { resolveFromCaller, showToCaller, wranglerConfiguration } from '../../files/package_root.ts';
import { generateSigningKey } from '../../publish/signing_key.ts';

export const KEYGEN: CommandModule = { define, run };

function define(command: Command): Command {
  return withJsonOption(
    command.argument(
      '<file>',
      'the file for the private key; never overwritten, and readable by its owner only',
    ),
  );
}

async function run(command: Command, output: Output): Promise<number> {
  const [argument] = v.parse(v.tuple([v.string()]), command.args);
  const path = resolveFromCaller(argument);
  const { privatePem, publicText } = generateSigningKey();
  if (!(await writeWholeFile(path, privatePem, { replace: false, mode: 0o600 }))) {
    output.error(`${showToCaller(path)} exists already, and a key is never overwritten`);
    return EXIT_FAILED;
  }
  output.result(
    [
      `The private key is in ${showToCaller(path)}: keep it secret, and sign with publish --sign ${argument}.`,
      `The public key, for ${showToCaller(wranglerConfiguration())}:`,
      `  MANIFEST_PUBLIC_KEYS = "${publicText}"`,
    ],
    { path, publicKey: publicText },
  );
  return EXIT_DONE;
}
