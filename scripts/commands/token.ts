import { InvalidArgumentError } from 'commander';
import * as v from 'valibot';
import { EXIT_DONE, newCommand, runCommand } from '../cli/command_line.ts';
import { createToken, TOKEN_SCOPES } from '../registry/management_token.ts';

const command = newCommand(
  'token',
  'Creates a token for the management Worker, and the entry for its secret. Nothing is stored.',
)
  .requiredOption('--name <name>', 'the owner; recorded in the history of changes', parseName)
  .option(
    '--scopes <scopes>',
    `the scopes, separated by commas: ${TOKEN_SCOPES.join(', ')}; every token may read`,
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
      'Entry of the secret, which contains one for every token, separated by commas:',
      `  ${entry}`,
      'Set it with: npx wrangler secret put MANAGEMENT_TOKENS --env management',
    ],
    { name, scopes, token, entry },
  );
  return EXIT_DONE;
});

function parseName(text: string): string {
  if (!/^[\w.-]{1,64}$/.test(text)) {
    throw new InvalidArgumentError('A name consists of letters, digits, "_", "." and "-", at most 64.');
  }
  return text;
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
