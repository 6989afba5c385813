import { type Argument, type Command, CommanderError, type Option } from 'commander';

/** Words after the name of a command, of which some are the values of options. */
export interface SortedWords {
  readonly words: readonly string[];
  readonly values: ReadonlyMap<Option, string>;
}

/** More words than any command takes as arguments and values. The search tries every order. */
const MOST_WORDS = 8;
const MOST_OPTIONS = 3;

/**
 * Tells the values of options from arguments by what both accept, where npm took the options and left their values among the
 * arguments. Values that may be arguments too are taken from the end, where most people type them.
 *
 * @returns undefined if the words can be read in several ways, or in none
 */
export function findLostValues(
  command: Command,
  options: readonly Option[],
  words: readonly string[],
): SortedWords | undefined {
  // Behind `--`, options have their values.
  const end = words.findIndex((word) => word.startsWith('-'));
  const [head, tail] = end < 0 ? [words, []] : [words.slice(0, end), words.slice(end)];
  if (head.length > MOST_WORDS || options.length > MOST_OPTIONS) return undefined;
  const possible = choices(head.length, options.length).filter((places) => {
    const others = head.filter((_, index) => !places.includes(index));
    return (
      acceptsAll(command.registeredArguments, others) &&
      options.every((option, index) => accepts(option, head[places[index] ?? -1]))
    );
  });
  const last = possible.filter((places) => places.every((place) => place >= head.length - options.length));
  const [found] = possible.length === 1 ? possible : last.length === 1 ? last : [];
  if (found === undefined) return undefined;
  return {
    words: [...head.filter((_, index) => !found.includes(index)), ...tail],
    values: new Map(options.map((option, index) => [option, head[found[index] ?? -1] ?? ''])),
  };
}

/** All ways to choose so many different places, in every order. */
function choices(places: number, count: number): number[][] {
  let found: number[][] = [[]];
  for (let chosen = 0; chosen < count; chosen++)
    found = found.flatMap((before) =>
      Array.from({ length: places }, (_, place) => place)
        .filter((place) => !before.includes(place))
        .map((place) => [...before, place]),
    );
  return found;
}

function acceptsAll(expected: readonly Argument[], words: readonly string[]): boolean {
  const isRest = expected.at(-1)?.variadic === true;
  if (words.length > expected.length && !isRest) return false;
  if (expected.some(({ required }, index) => required && words[index] === undefined)) return false;
  return words.every((word, index) => accepts(expected[index] ?? expected.at(-1), word));
}

function accepts(expected: Argument | Option | undefined, word: string | undefined): boolean {
  if (expected === undefined || word === undefined) return false;
  try {
    expected.parseArg?.(word, undefined);
    return true;
  } catch (error) {
    if (error instanceof CommanderError) return false;
    throw error;
  }
}
