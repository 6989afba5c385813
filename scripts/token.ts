import { InvalidArgumentError } from 'commander';
import * as v from 'valibot';
import { EXIT_DONE, newCommand, runCommand } from './cli/command_line.ts';
import { createToken, TOKEN_SCOPES } from './registry/management_token.ts';

const command = newCommand(
  'token',
  'Makes a token for the management Worker, and what its secret has to hold. Nothing is stored.',
)
  .requiredOption('--name <name>', 'whose it is; stands in the history of what is changed with it', parseName)
  .option(
    '--scopes <scopes>',
    `what it allows, separated by commas: ${TOKEN_SCOPES.join(', ')}; to read, every token does`,
    parseScopes,
    ['read'],
  )
  .option('--json', 'print the result, or the error, as JSON on standard output');

const OptionsSchema = v.object({ name: v.string(), scopes: v.array(v.picklist(TOKEN_SCOPES)) });

await runCommand(command, async (output) => {
  const { name, scopes } = v.parse(OptionsSchema, command.opts());
  const { token, entry } = createToken(name, scopes);
  output.result(
    [
      `Token, shown this once; give it to ${name} as EDGE_SERVING_TOKEN:`,
      `  ${token}`,
      'Entry of the secret, which holds one for every token, separated by commas:',
      `  ${entry}`,
      'Set it with: npx wrangler secret put MANAGEMENT_TOKENS --env management',
    ],
    { name, scopes, token, entry },
  );
  return EXIT_DONE;
});

function parseName(text: string): string {
  if (!/^[\w.-]{1,64}$/.test(text)) {
    throw new InvalidArgumentError('A name is made of letters, digits, "_", "." and "-", at most 64.');
  }
  return text;
}

function parseScopes(text: string): string[] {
  const scopes = text.split(',').map((scope) => scope.trim());
  const unknown = scopes.find((scope) => !TOKEN_SCOPES.some((known) => known === scope));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`"${unknown}" is no scope; scopes are ${TOKEN_SCOPES.join(', ')}.`);
  }
  return [...new Set(scopes)];
}
