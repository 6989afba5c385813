import type { Command, Option } from 'commander';
import { RepeatableOption } from '../options/repeatable_option.ts';

/**
 * Returns a mistake that commander accepts silently, in one sentence, or undefined.
 * - An option given twice: the second value would count.
 * - An empty value or argument, as of an unset shell variable: an empty path is the current folder.
 * - An option in the place of a value (`--persist-to --remote`): it would become the value.
 *
 * @param words the words after the name of the command
 */
export function typedFault(command: Command, words: readonly string[]): string | undefined {
  const given = new Set<string>();
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (word === '--') return emptyArgument(words.slice(index + 1));
    if (word === '') return emptyArgument([word]);
    const [flag = '', ...rest] = word.split('=');
    const option = command.options.find(({ long, short }) => flag === long || flag === short);
    if (option === undefined) continue;
    if (given.has(flag) && !(option instanceof RepeatableOption)) return `${flag} was given twice`;
    given.add(flag);
    if (!option.required) continue;
    const attached = rest.length > 0;
    const value = attached ? rest.join('=') : words[++index];
    if (value === '') return `${flag} was given an empty value`;
    if (!attached && value?.startsWith('-')) return insteadOfValue(option, value);
  }
  return undefined;
}

function emptyArgument(words: readonly string[]): string | undefined {
  return words.includes('') ? 'an argument is empty' : undefined;
}

function insteadOfValue({ flags, long }: Option, value: string): string {
  return `${flags} was given ${value} as its value; if that is meant, write ${long}=${value}`;
}
