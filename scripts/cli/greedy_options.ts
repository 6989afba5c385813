import type { Command, Option } from 'commander';
import { npmSettings, settingsInFiles } from './npm_settings.ts';
import { shellWord } from './shell_word.ts';

/** An option that npm took for its own, because no `--` stood before it. */
export interface SwallowedOption {
  readonly option: Option;
  /** What npm made of it. @example '--token-description' */
  readonly setting: string;
  /** What npm took as its values; none where npm left the value among the arguments. */
  readonly values: readonly string[];
}

/**
 * The options of a command that npm took for its own. They do not reach the command, which would do something else
 * than was typed: `npm run rollback NAME --to 1.0.2` sets npm's `--token-description`. All that is left of them is in
 * the environment, by the name that npm gave them:
 * - the option's own, if npm has the same one or none;
 * - a longer one of npm's, of which the option is the beginning;
 * - what was typed, if that was the beginning of an option or is one letter off.
 *
 * What npm's configuration files set was not typed. npm's `--version` and `--help` start no script, so that nothing
 * can be found here.
 */
export function swallowedOptions(command: Command, environment: NodeJS.ProcessEnv): SwallowedOption[] {
  const settings = npmSettings(environment);
  const found: SwallowedOption[] = [];
  let configured: ReadonlySet<string> | undefined;
  for (const [name, value] of settings) {
    const option = optionOf(command, name);
    if (option === undefined || isTaken(command, option)) continue;
    configured ??= settingsInFiles(settings, environment.npm_execpath);
    if (configured.has(name)) continue;
    found.push({ option, setting: `--${name.replaceAll('_', '-')}`, values: valuesOf(option, value) });
  }
  return found;
}

/** A command line that reaches the command, with placeholders for values that npm left among the arguments. */
export function unswallowed(
  name: string,
  command: Command,
  swallowed: readonly SwallowedOption[],
  words: readonly string[],
): string {
  const isMixed = swallowed.some(({ option, values }) => option.required && values.length === 0);
  const placeholders = command.registeredArguments.map((argument) => `<${argument.name()}>`);
  const options = swallowed.flatMap(({ option, values }) => {
    if (!option.required) return [option.long ?? option.flags];
    if (values.length === 0) return [option.flags];
    return values.flatMap((value) => [option.long ?? '', shellWord(value)]);
  });
  return ['npm run', name, '--', ...(isMixed ? placeholders : words.map(shellWord)), ...options].join(' ');
}

/** The option that a setting of npm's comes from, if any. */
function optionOf(command: Command, setting: string): Option | undefined {
  const named = command.options.map((option) => ({ option, name: settingName(option) }));
  const match =
    named.find(({ name }) => name === setting) ??
    named.find(({ name }) => setting.startsWith(name)) ??
    named.find(({ name }) => setting.length > 2 && name.startsWith(setting)) ??
    named.find(({ name }) => name.length > 3 && isOneLetterOff(name, setting));
  return match?.option;
}

/** `--no-flip` is `flip`, set to nothing. */
function settingName(option: Option): string {
  return (option.long ?? '').replace(/^--(no-)?/, '').replaceAll('-', '_');
}

/** Whether the command has it besides, so that nothing is lost: of a value, another one may be. */
function isTaken(command: Command, option: Option): boolean {
  return !option.required && command.getOptionValueSource(option.attributeName()) === 'cli';
}

/** npm writes `true` for an option without a value, and several values with an empty line between them. */
function valuesOf({ required }: Option, value: string): string[] {
  return required ? value.split('\n\n').filter((part) => part !== '' && part !== 'true') : [];
}

/** Whether one letter is other, missing, too much, or changed places with its neighbor. */
function isOneLetterOff(name: string, typed: string): boolean {
  let start = 0;
  while (start < name.length && name[start] === typed[start]) start++;
  const [rest, other] = [name.slice(start), typed.slice(start)];
  if (rest === '' && other === '') return false;
  return (
    rest.slice(1) === other.slice(1) ||
    rest.slice(1) === other ||
    rest === other.slice(1) ||
    (rest.slice(2) === other.slice(2) && rest[0] === other[1] && rest[1] === other[0])
  );
}
