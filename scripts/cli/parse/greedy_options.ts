import type { Command, Option } from 'commander';
import { commandLine } from '../invocation.ts';
import { shellWord } from '../shell_word.ts';
import { findLostValues } from './lost_values.ts';
import { type NpmSettings, typedOption } from './npm_settings.ts';

/** An option that npm consumed as its own, because `--` did not precede it. */
export interface GreedyOption {
  readonly option: Option;
  /** The npm setting that resulted. @example '--token-description' */
  readonly setting: string;
  /** The values that npm consumed; empty if npm left the value among the arguments. */
  readonly values: readonly string[];
}

/**
 * Returns the options of a command that npm consumed as its own. They do not reach the command, which would do
 * something else than the user typed: `npm run rollback NAME --to 1.0.2` sets npm's `--token-description`. Only the
 * environment shows them, under npm's names:
 * - the option's own name, if npm has the same option or no similar one;
 * - a longer option of npm's that begins with the option, or with the typed beginning of the option;
 * - the typed word, if it is the beginning of an option or differs by one letter.
 * Settings with the values of npm's configuration files were not typed. npm's `--version` and `--help` start no script, so that they
 * cannot be detected here.
 */
export function greedyOptions(command: Command, npm: NpmSettings): GreedyOption[] {
  const found: GreedyOption[] = [];
  for (const [name, value] of npm.settings) {
    const option = optionOf(command, name, npm.optionNames);
    if (option === undefined || isTaken(command, option) || npm.isConfigured(name)) continue;
    found.push({ option, setting: typedOption(name), values: valuesOf(option, value) });
  }
  return found;
}

/**
 * Returns a command line that reaches the command, in the user's words. It has placeholders if npm left values among the arguments and
 * these cannot be told apart.
 */
export function withoutGreedyOptions(
  command: Command,
  greedy: readonly GreedyOption[],
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
): string {
  const isLost = ({ option, values }: GreedyOption): boolean => option.required && values.length === 0;
  const lost = greedy.filter(isLost).map(({ option }) => option);
  const sorted =
    lost.length === 0 ? { words, values: new Map<Option, string>() } : findLostValues(command, lost, words);
  const typed =
    sorted?.words.map(shellWord) ?? command.registeredArguments.map((argument) => `<${argument.name()}>`);
  const options = greedy.flatMap(({ option, values }) => {
    const long = option.long ?? option.flags;
    if (!option.required) return [long];
    const found = sorted?.values.get(option);
    const known = found === undefined ? values : [found];
    return known.length === 0 ? [option.flags] : known.flatMap((value) => [long, shellWord(value)]);
  });
  return commandLine(command.name(), [...typed, ...options].join(' '), environment);
}

/** Returns the option from which a setting of npm's results, if any. */
function optionOf(command: Command, setting: string, npmNames: ReadonlySet<string>): Option | undefined {
  const named = command.options.map((option) => ({ option, name: settingName(option) }));
  const match =
    named.find(({ name }) => name === setting) ??
    named.find(({ name }) => setting.startsWith(name)) ??
    named.find(
      ({ name }) => (setting.length > 2 || isForeign(setting, npmNames)) && name.startsWith(setting),
    ) ??
    named.find(({ name }) => isAbbreviated(name, setting, npmNames)) ??
    named.find(({ name }) => name.length > 3 && isOneLetterOff(name, setting));
  return match?.option;
}

/** True for a setting that npm does not have, so that somebody typed it. */
function isForeign(setting: string, npmNames: ReadonlySet<string>): boolean {
  return npmNames.size > 0 && !npmNames.has(setting);
}

/**
 * True if a beginning of the option is an abbreviation of npm's setting. npm expands an abbreviation to the only one of
 * its options that begins with it: `--rea`, for `--reason`, to `--read-only`.
 */
function isAbbreviated(name: string, setting: string, npmNames: ReadonlySet<string>): boolean {
  let length = 0;
  while (length < name.length && name[length] === setting[length]) length++;
  const typed = setting.slice(0, length);
  return length > 0 && [...npmNames].every((known) => known.startsWith(typed) === (known === setting));
}

/** `--no-flip` appears as `flip` with an empty value. */
function settingName(option: Option): string {
  return (option.long ?? '').replace(/^--(no-)?/, '').replaceAll('-', '_');
}

/** True if the command also received the option, so that nothing is lost. A value of it may be another one. */
function isTaken(command: Command, option: Option): boolean {
  return !option.required && command.getOptionValueSource(option.attributeName()) === 'cli';
}

/** npm writes `true` for an option without a value, and separates several values by an empty line. */
function valuesOf({ required }: Option, value: string): string[] {
  return required ? value.split('\n\n').filter((part) => part !== '' && part !== 'true') : [];
}

/** True if one letter is different, missing, superfluous, or swapped with its neighbor. */
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
