import { type Command, CommanderError } from 'commander';
import { swallowedOptions, unswallowed } from './greedy_options.ts';
import { environmentFault } from './product_environment.ts';
import { typedFault } from './typed_words.ts';

export type ParsedCommandLine =
  | { readonly kind: 'parsed' }
  /** Its help was asked for and printed. */
  | { readonly kind: 'helped' }
  /** It is not followed; why, and what to type instead. */
  | { readonly kind: 'wrong'; readonly lines: readonly string[] };

/**
 * Parses what was typed into the command, which has its options and arguments afterwards. Everything that was typed
 * is taken, or the command line is wrong.
 *
 * @param words what was typed behind the name of the command and reached it
 * @param environment where npm leaves what it kept to itself
 */
export function parseCommandLine(
  command: Command,
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
): ParsedCommandLine {
  let complaint = '';
  command.exitOverride().configureOutput({
    writeErr: (text) => {
      complaint += text;
    },
  });
  try {
    command.parse(words, { from: 'user' });
    complaint = typedFault(command, words) ?? environmentFault(environment) ?? '';
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'helped' };
    complaint = complaint.trim().replace(/^error: /, '');
  }
  const swallowed = swallowedOptions(command, environment);
  if (complaint === '' && swallowed.length === 0) return { kind: 'parsed' };
  const name = command.name();
  const lines = complaint === '' ? [] : complaint.split('\n');
  for (const { option, setting } of swallowed) {
    const own = setting === (option.long ?? '').replace(/^--no-/, '--') ? '' : `, as ${setting}`;
    lines.push(`npm kept ${option.long ?? option.flags} to itself${own}`);
  }
  if (swallowed.length > 0) {
    const line = unswallowed(name, command, swallowed, words);
    lines.push(`Did you leave out \`--\` before the options? ${line}`);
  }
  return { kind: 'wrong', lines: [...lines, `See npm run ${name} -- --help`] };
}
