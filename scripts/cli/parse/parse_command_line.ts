import { type Command, CommanderError } from 'commander';
import { commandLine } from '../invocation.ts';
import { greedyOptions, withoutGreedyOptions } from './greedy_options.ts';
import { NpmSettings } from './npm_settings.ts';
import { plainComplaint } from './plain_complaint.ts';
import { productFault } from './product_environment.ts';
import { strayOptions } from './stray_options.ts';
import { typedFault } from './typed_words.ts';

export type ParsedCommandLine =
  | { readonly kind: 'parsed' }
  /** Help was requested and printed. */
  | { readonly kind: 'helped' }
  /** The command line is invalid. The lines say why, and what to type instead. */
  | { readonly kind: 'wrong'; readonly lines: readonly string[] };

/**
 * Parses the typed words into the command, which has its options and arguments afterwards. A command line of which any
 * word was not used is invalid.
 *
 * @param words the words after the name of the command that reached it
 * @param environment contains the options that npm consumed
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
    complaint = typedFault(command, words) ?? productFault(environment, readsConfiguration(command)) ?? '';
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'helped' };
    complaint = plainComplaint(complaint.trim());
  }
  const npm = new NpmSettings(environment);
  const greedy = greedyOptions(command, npm);
  const stray = strayOptions(npm, greedy, environment.npm_lifecycle_event);
  if (complaint === '' && greedy.length === 0 && stray.length === 0) return { kind: 'parsed' };
  const lines = complaint === '' ? [] : complaint.split('\n');
  for (const { option, setting } of greedy) {
    const own = setting === (option.long ?? '').replace(/^--no-/, '--') ? '' : `, as ${setting}`;
    lines.push(`npm consumed ${option.long ?? option.flags}${own}`);
  }
  for (const option of stray) {
    const variable = `npm_config_${option.slice(2).replaceAll('-', '_')}`;
    lines.push(
      `npm consumed ${option}, which ${command.name()} does not have. (Was it not typed? Then unset the variable ${variable}.)`,
    );
  }
  if (greedy.length > 0) {
    const line = withoutGreedyOptions(command, greedy, words, environment);
    lines.push(`Did you omit \`--\` before the options? ${line}`);
  }
  return { kind: 'wrong', lines: [...lines, seeHelp(command, environment)] };
}

/** Commands that read the configuration can select one of its environments: `--env`, or `--from-env` of a place. */
function readsConfiguration(command: Command): boolean {
  return command.options.some(({ long }) => /^--(\w+-)?env$/.test(long ?? ''));
}

/** The line that ends every report of a wrong command line. */
export function seeHelp(command: Command, environment: NodeJS.ProcessEnv): string {
  return `See ${commandLine(command.name(), '--help', environment)}`;
}
