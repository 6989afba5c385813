import { anyButNewline, anyCharacter, folded, tabled } from './character_classes.ts';
import { parseBrackets, parseEscape, parseEscapedClass } from './parse_class.ts';
import { PatternReader } from './pattern_reader.ts';
import type { Assertion, Syntax, Test } from './syntax.ts';

/** The most repetitions, as in RE2. */
const MOST_REPETITIONS = 1000;
const DEEPEST = 200;

interface Flags {
  readonly foldsCase: boolean;
  readonly isMultiline: boolean;
  readonly dotTakesNewline: boolean;
  readonly isLazy: boolean;
}

export interface Parsed {
  readonly syntax: Syntax;
  /** The number of groups, without the whole match. */
  readonly groups: number;
}

/**
 * Parses a regular expression in RE2's syntax.
 *
 * @throws PatternError if the pattern is invalid
 */
export function parsePattern(pattern: string): Parsed {
  const parser = new Parser(pattern);
  return { syntax: parser.whole(), groups: parser.groups };
}

const EMPTY: Syntax = { kind: 'empty' };
const ASSERTIONS: Readonly<Record<string, Assertion>> = {
  A: 'text begins',
  B: 'no word boundary',
  b: 'word boundary',
  z: 'text ends',
};

class Parser {
  readonly #reader: PatternReader;
  #flags: Flags = { foldsCase: false, isMultiline: false, dotTakesNewline: false, isLazy: false };
  #depth = 0;
  readonly #names = new Set<string>();
  groups = 0;

  constructor(pattern: string) {
    this.#reader = new PatternReader(pattern);
  }

  whole(): Syntax {
    const syntax = this.#choice();
    if (this.#reader.peek() !== undefined) this.#reader.fail('unexpected )');
    return syntax;
  }

  #choice(): Syntax {
    const parts = [this.#sequence()];
    while (this.#reader.takes('|')) parts.push(this.#sequence());
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { kind: 'choice', parts };
  }

  #sequence(): Syntax {
    const parts: Syntax[] = [];
    for (let next = this.#reader.peek(); next !== undefined; next = this.#reader.peek()) {
      if (next === '|' || next === ')') break;
      if (this.#reader.takes('\\Q')) {
        parts.push(...this.#quoted());
        const last = parts.pop();
        if (last !== undefined) parts.push(this.#repeated(last));
        continue;
      }
      const part = this.#single();
      parts.push(part === EMPTY ? part : this.#repeated(part));
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { kind: 'sequence', parts };
  }

  #quoted(): Syntax[] {
    const reader = this.#reader;
    const text = reader.takeUntil('\\E') ?? reader.takeWhile(() => true);
    return [...text].map((character) => this.#literal(character.codePointAt(0) ?? 0));
  }

  #single(): Syntax {
    const reader = this.#reader;
    const escaped = parseEscapedClass(reader);
    if (escaped !== undefined) return { kind: 'character', test: tabled(this.#fold(escaped)) };
    const assertion = reader.peek() === '\\' ? ASSERTIONS[reader.peek(1) ?? ''] : undefined;
    if (assertion !== undefined) {
      reader.takes(`\\${reader.peek(1)}`);
      return { kind: 'assertion', assertion };
    }
    switch (reader.peek()) {
      case '\\':
        return this.#literal(parseEscape(reader));
      case '[':
        reader.take();
        return { kind: 'character', test: tabled(parseBrackets(reader, (test) => this.#fold(test))) };
      case '(':
        reader.take();
        return this.#group();
      case '.':
        reader.take();
        return { kind: 'character', test: this.#flags.dotTakesNewline ? anyCharacter : anyButNewline };
      case '^':
        reader.take();
        return { kind: 'assertion', assertion: this.#flags.isMultiline ? 'line begins' : 'text begins' };
      case '$':
        reader.take();
        return { kind: 'assertion', assertion: this.#flags.isMultiline ? 'line ends' : 'text ends' };
      case '*':
      case '+':
      case '?':
        return reader.fail(`there is nothing for ${reader.peek()} to repeat`);
      default:
        return this.#literal(reader.take()?.codePointAt(0) ?? 0);
    }
  }

  #literal(code: number): Syntax {
    return { kind: 'character', test: this.#fold((point) => point === code) };
  }

  #fold(test: Test): Test {
    return this.#flags.foldsCase ? folded(test) : test;
  }

  #group(): Syntax {
    const reader = this.#reader;
    if (++this.#depth > DEEPEST) reader.fail('it is nested too deeply');
    const before = this.#flags;
    let index: number | undefined;
    if (!reader.takes('?')) index = ++this.groups;
    else if (reader.takes('P<') || reader.takes('<')) {
      const name = reader.takeUntil('>') ?? '';
      if (!/^\w+$/.test(name)) reader.fail('a group is not called so');
      if (this.#names.has(name)) reader.fail(`two groups are called ${name}`);
      this.#names.add(name);
      index = ++this.groups;
    } else if (this.#changesFlags()) {
      // Flags without a group of their own apply to the rest of the enclosing group.
      this.#depth--;
      return EMPTY;
    }
    const part = this.#choice();
    if (!reader.takes(')')) reader.fail('missing )');
    this.#flags = before;
    this.#depth--;
    return index === undefined ? part : { kind: 'group', part, index };
  }

  /**
   * Parses flags up to the colon or the end.
   *
   * @returns true if the group contains only flags
   */
  #changesFlags(): boolean {
    const reader = this.#reader;
    const { foldsCase, isMultiline, dotTakesNewline, isLazy } = this.#flags;
    const set = { i: foldsCase, m: isMultiline, s: dotTakesNewline, U: isLazy };
    let value = true;
    for (let letter = reader.take(); letter !== ':' && letter !== ')'; letter = reader.take()) {
      if (letter === '-' && value) value = false;
      else if (letter === 'i' || letter === 'm' || letter === 's' || letter === 'U') set[letter] = value;
      else reader.fail(`RE2 has no (?${letter ?? ''}`);
      if (reader.peek() === ')') {
        reader.take();
        this.#flags = flagsOf(set);
        return true;
      }
    }
    this.#flags = flagsOf(set);
    return false;
  }

  #repeated(part: Syntax): Syntax {
    const reader = this.#reader;
    const count = this.#repetitions();
    if (count === undefined) return part;
    const isLazy = reader.takes('?');
    const repeated: Syntax = {
      kind: 'repeat',
      part,
      ...count,
      isGreedy: isLazy === this.#flags.isLazy,
    };
    const place = reader.place;
    if (this.#repetitions() !== undefined) reader.fail('a repetition is repeated');
    reader.back(place);
    return repeated;
  }

  #repetitions(): { readonly least: number; readonly most: number } | undefined {
    const reader = this.#reader;
    if (reader.takes('*')) return { least: 0, most: Number.POSITIVE_INFINITY };
    if (reader.takes('+')) return { least: 1, most: Number.POSITIVE_INFINITY };
    if (reader.takes('?')) return { least: 0, most: 1 };
    const place = reader.place;
    if (!reader.takes('{')) return undefined;
    const [, least, comma, most] = /^(\d+)(,?)(\d*)$/.exec(reader.takeUntil('}') ?? '') ?? [];
    // Braces without a valid count are text.
    if (least === undefined || (comma === '' && most !== '')) {
      reader.back(place);
      return undefined;
    }
    const from = Number(least);
    const to = comma === '' ? from : most === '' ? Number.POSITIVE_INFINITY : Number(most);
    if (from > MOST_REPETITIONS || (Number.isFinite(to) && to > MOST_REPETITIONS) || to < from)
      reader.fail(`{${least}${comma}${most}} is no number of repetitions`);
    return { least: from, most: to };
  }
}

function flagsOf({
  i,
  m,
  s,
  U,
}: {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly U: boolean;
}): Flags {
  return { foldsCase: i, isMultiline: m, dotTakesNewline: s, isLazy: U };
}
