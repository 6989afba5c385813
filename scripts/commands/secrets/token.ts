import { type Command, InvalidArgumentError } from 'commander';
import * as v from 'valibot';
import { type CommandModule, EXIT_DONE, withJsonOption } from '../../cli/command_module.ts';
import type { Output } from '../../cli/output.ts';
import { managementEnvironment, withEnvironmentOption } from '../../deploy/wrangler_environment.ts';
import { parseKeyName } from '../../keys/key_name.ts';
import { createToken, TOKEN_SCOPES } from '../../registry/management_token.ts';

export const TOKEN: CommandModule = { define, run };

function define(command: Command): Command {
  return withJsonOption(
    withEnvironmentOption(command)
      .requiredOption('--name <name>', 'the owner; recorded in the history of changes', parseKeyName)
      .option(
        '--scopes <scopes>',
        `the scopes, separated by commas: ${TOKEN_SCOPES.join(', ')}; every token may read`,
        parseScopes,
        ['read'],
      ),
  );
}

const OptionsSchema = v.object({ name: v.string(), scopes: v.array(v.picklist(TOKEN_SCOPES)) });

async function run(command: Command, output: Output): Promise<number> {
  const { name, scopes } = v.parse(OptionsSchema, command.opts());
  const { token, entry } = createToken(name, scopes);
  output.result(
    [
      `Token, shown this once; give it to ${name} as EDGE_SERVING_TOKEN:`,
      `  ${token}`,
      'Entry of the secret, which contains one for every token, separated by commas:',
      `  ${entry}`,
      `Set it with: npx wrangler secret put MANAGEMENT_TOKENS --env ${managementEnvironment()}`,
    ],
    { name, scopes, token, entry },
  );
  return EXIT_DONE;
}

function parseScopes(text: string): string[] {
  const scopes = text.split(',').map((scope) => scope.trim());
  const unknown = scopes.find((scope) => !TOKEN_SCOPES.some((known) => known === scope));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(
      `"${unknown}" is not a valid scope; scopes are ${TOKEN_SCOPES.join(', ')}.`,
    );
  }
  return [...new Set(scopes)];
}
