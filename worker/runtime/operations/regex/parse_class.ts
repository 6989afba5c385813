import { among, anyOf, negated, perlClass, posixClass, unicodeClass } from './character_classes.ts';
import type { PatternReader } from './pattern_reader.ts';
import type { Test } from './syntax.ts';

/** Parses a class in brackets, from behind the opening bracket. */
export function parseBrackets(reader: PatternReader, fold: (test: Test) => Test): Test {
  const isNegated = reader.takes('^');
  const tests: Test[] = [];
  for (let isFirst = true; ; isFirst = false) {
    if (reader.peek() === undefined) reader.fail('missing ]');
    // A closing bracket in the first position is a character of the class.
    if (!isFirst && reader.takes(']')) break;
    tests.push(parseMember(reader));
  }
  const test = fold(anyOf(tests));
  return isNegated ? negated(test) : test;
}

function parseMember(reader: PatternReader): Test {
  if (reader.takes('[:')) {
    const name = reader.takeUntil(':]');
    return posixClass(name ?? reader.fail('missing :]'));
  }
  const escaped = parseEscapedClass(reader);
  if (escaped !== undefined) return escaped;
  const from = parseBound(reader);
  const isRange = reader.peek() === '-' && reader.peek(1) !== ']' && reader.peek(1) !== undefined;
  if (!isRange) return among([[from, from]]);
  reader.take();
  const to = parseBound(reader);
  if (to < from) reader.fail('a range of characters goes backwards');
  return among([[from, to]]);
}

function parseBound(reader: PatternReader): number {
  if (reader.peek() === '\\') return parseEscape(reader);
  const character = reader.take() ?? reader.fail('missing ]');
  return character.codePointAt(0) ?? 0;
}

/** Parses `\d`, `\pN`, `\p{Greek}` and similar escapes. Returns undefined and consumes nothing for other text. */
export function parseEscapedClass(reader: PatternReader): Test | undefined {
  const letter = reader.peek(1);
  if (reader.peek() !== '\\' || letter === undefined) return undefined;
  const perl = perlClass(letter);
  if (perl !== undefined) {
    reader.takes(`\\${letter}`);
    return perl;
  }
  if (letter !== 'p' && letter !== 'P') return undefined;
  reader.takes(`\\${letter}`);
  const name = reader.takes('{') ? reader.takeUntil('}') : reader.take();
  return unicodeClass(name ?? reader.fail('a class of Unicode has no name'), letter === 'P');
}

const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
const isOctal = (character: string): boolean => character >= '0' && character <= '7';
const isHexadecimal = (character: string): boolean => /[0-9A-Fa-f]/.test(character);

/** Parses an escaped character, from its backslash on. */
export function parseEscape(reader: PatternReader): number {
  reader.take();
  const character = reader.take() ?? reader.fail('there is nothing behind the last \\');
  const control = Object.hasOwn(CONTROLS, character) ? CONTROLS[character] : undefined;
  if (control !== undefined) return control;
  if (character === 'x') return parseHexadecimal(reader);
  // A single digit would be a reference to a group, which RE2 does not support.
  if (character === '0' || (isOctal(character) && isOctal(reader.peek() ?? '')))
    return Number.parseInt(character + reader.takeWhile(isOctal, 2), 8);
  if (/[A-Za-z0-9]/.test(character)) reader.fail(`there is no \\${character}`);
  return character.codePointAt(0) ?? 0;
}

function parseHexadecimal(reader: PatternReader): number {
  const digits = reader.takes('{') ? reader.takeUntil('}') : reader.takeWhile(isHexadecimal, 2);
  const point = digits !== undefined && /^[0-9A-Fa-f]+$/.test(digits) ? Number.parseInt(digits, 16) : -1;
  if (point < 0 || point > 0x10ffff || (digits?.length ?? 0) < 2)
    reader.fail('\\x has no hexadecimal number');
  return point;
}
