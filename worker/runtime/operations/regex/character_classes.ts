import { PatternError, type Test } from './syntax.ts';

type Ranges = readonly (readonly [from: number, to: number])[];

const code = (character: string): number => character.codePointAt(0) ?? 0;
const ranges = (...pairs: readonly string[]): Ranges =>
  pairs.map((pair) => [code(pair[0] ?? ''), code(pair[1] ?? pair[0] ?? '')]);

/** Only ASCII, as in RE2. */
const DIGIT = ranges('09');
const SPACE: Ranges = [...ranges('\t\n', '\f\r', ' ')];
const WORD = ranges('09', 'AZ', '__', 'az');

const PERL: Readonly<Record<string, Ranges>> = { d: DIGIT, s: SPACE, w: WORD };

const POSIX: Readonly<Record<string, Ranges>> = {
  alnum: ranges('09', 'AZ', 'az'),
  alpha: ranges('AZ', 'az'),
  ascii: [[0, 0x7f]],
  blank: ranges('\t\t', ' '),
  cntrl: [
    [0, 0x1f],
    [0x7f, 0x7f],
  ],
  digit: DIGIT,
  graph: ranges('!~'),
  lower: ranges('az'),
  print: ranges(' ~'),
  punct: ranges('!/', ':@', '[`', '{~'),
  space: [...ranges('\t\r', ' ')],
  upper: ranges('AZ'),
  word: WORD,
  xdigit: ranges('09', 'AF', 'af'),
};

export const isWord: Test = (point) => isWithin(WORD, point);

function isWithin(list: Ranges, point: number): boolean {
  for (const [from, to] of list) if (point >= from && point <= to) return true;
  return false;
}

export const among =
  (list: Ranges): Test =>
  (point) =>
    isWithin(list, point);

/** Returns the class of `\d`, `\D` and similar escapes, or undefined for another letter. */
export function perlClass(letter: string): Test | undefined {
  const list = Object.hasOwn(PERL, letter.toLowerCase()) ? PERL[letter.toLowerCase()] : undefined;
  if (list === undefined) return undefined;
  return letter === letter.toLowerCase() ? among(list) : negated(among(list));
}

/** Returns the class of the name between `[:` and `:]`. */
export function posixClass(name: string): Test {
  const isNegated = name.startsWith('^');
  const key = isNegated ? name.slice(1) : name;
  const list = Object.hasOwn(POSIX, key) ? POSIX[key] : undefined;
  if (list === undefined) throw new PatternError(`there is no class [:${name}:]`);
  return isNegated ? negated(among(list)) : among(list);
}

/** Returns the class of a Unicode category or script, from JavaScript's tables. */
export function unicodeClass(name: string, isNegated: boolean): Test {
  const inverted = name.startsWith('^');
  const key = inverted ? name.slice(1) : name;
  if (key === 'Any') return isNegated !== inverted ? () => false : isCharacter;
  const property = /^[A-Z]/.test(key) && /^\w+$/.test(key) ? unicodeProperty(key) : undefined;
  if (property === undefined) throw new PatternError(`there is no class \\p{${name}}`);
  const test: Test = (point) => isCharacter(point) && property.test(String.fromCodePoint(point));
  return isNegated !== inverted ? negated(test) : test;
}

function unicodeProperty(name: string): RegExp | undefined {
  for (const property of [`General_Category=${name}`, `Script=${name}`]) {
    try {
      return new RegExp(`^\\p{${property}}$`, 'u');
    } catch {
      // The name may be of the other kind.
    }
  }
  return undefined;
}

/** The point of a byte that is not UTF-8 does not belong to any set. */
const isCharacter: Test = (point) => point >= 0;

export const negated =
  (test: Test): Test =>
  (point) =>
    isCharacter(point) && !test(point);

export const anyOf =
  (tests: readonly Test[]): Test =>
  (point) =>
    tests.some((test) => test(point));

/** Returns the same set without distinction of case. */
export const folded =
  (test: Test): Test =>
  (point) => {
    if (test(point)) return true;
    if (!isCharacter(point)) return false;
    const character = String.fromCodePoint(point);
    return test(code(character.toLowerCase())) || test(code(character.toUpperCase()));
  };

/** Returns the same set with a table for ASCII. */
export function tabled(test: Test): Test {
  const table = Uint8Array.from({ length: 128 }, (_, point) => Number(test(point)));
  return (point) => (point >= 0 && point < 128 ? table[point] === 1 : test(point));
}

export const anyCharacter = isCharacter;
export const anyButNewline: Test = (point) => isCharacter(point) && point !== 0x0a;
