import { type Budget, Machine } from './machine.ts';
import { type Parsed, parsePattern } from './parse_pattern.ts';
import { compile, type Program } from './program.ts';
import { PatternError } from './syntax.ts';
import { decodePoints } from './text_points.ts';

/** The most characters of a pattern. */
const LONGEST_PATTERN = 20_000;
/** The number of compiled patterns that are kept. A graph has few, but requests may contain any. */
const MOST_KEPT = 64;

/** The parts of a rewrite: texts and references to groups. */
export type Rewrite = readonly (Uint8Array | number)[];

/** A regular expression with RE2's syntax and matches. The time is linear in the length of the text. */
export class RegularExpression {
  readonly groups: number;
  readonly #program: Program;

  private constructor(parsed: Parsed) {
    this.groups = parsed.groups;
    this.#program = compile(parsed);
  }

  static readonly #kept = new Map<string, RegularExpression>();

  /**
   * Returns the compiled pattern.
   *
   * @throws PatternError if the pattern is invalid
   */
  static of(pattern: string): RegularExpression {
    const known = RegularExpression.#kept.get(pattern);
    if (known !== undefined) return known;
    if (pattern.length > LONGEST_PATTERN) throw new PatternError('it is too long');
    const made = new RegularExpression(parsePattern(pattern));
    const [oldest] = RegularExpression.#kept.keys();
    if (RegularExpression.#kept.size >= MOST_KEPT && oldest !== undefined)
      RegularExpression.#kept.delete(oldest);
    RegularExpression.#kept.set(pattern, made);
    return made;
  }

  /** @throws TooManySteps if the budget is exhausted */
  matchesWhole(bytes: Uint8Array, budget: Budget): boolean {
    const machine = new Machine(this.#program, 0);
    return machine.match(decodePoints(bytes).points, 0, 'whole', budget) !== undefined;
  }

  /**
   * Replaces the first match, or all matches that do not overlap. An empty match directly after another match does not
   * count.
   *
   * @throws TooManySteps if the budget is exhausted
   */
  replace(bytes: Uint8Array, rewrite: Rewrite, isGlobal: boolean, budget: Budget): Uint8Array {
    const { points, offsets } = decodePoints(bytes);
    const referred = rewrite.reduce<number>(
      (most, part) => (typeof part === 'number' ? Math.max(most, part) : most),
      0,
    );
    const machine = new Machine(this.#program, referred + 1);
    const part = (from: number, to: number): Uint8Array => bytes.subarray(offsets[from], offsets[to]);
    const parts: Uint8Array[] = [];
    let place = 0;
    let lastEnd = -1;
    while (place <= points.length) {
      const match = machine.match(points, place, 'part', budget);
      if (match === undefined) break;
      const [start = 0, end = 0] = match;
      if (start > place) parts.push(part(place, start));
      if (start === end && start === lastEnd) {
        if (start < points.length) parts.push(part(start, start + 1));
        place = start + 1;
        continue;
      }
      for (const each of rewrite) {
        if (typeof each !== 'number') parts.push(each);
        else if ((match[2 * each] ?? -1) >= 0)
          parts.push(part(match[2 * each] ?? 0, match[2 * each + 1] ?? 0));
      }
      place = end;
      lastEnd = end;
      if (!isGlobal) break;
    }
    if (place < points.length) parts.push(part(place, points.length));
    return concatenated(parts);
  }
}

const BACKSLASH = 0x5c;

/**
 * Parses a rewrite.
 *
 * @throws PatternError if an escape is neither a digit nor a backslash, or if a group does not exist
 */
export function parseRewrite(bytes: Uint8Array, groups: number): Rewrite {
  const parts: (Uint8Array | number)[] = [];
  let start = 0;
  for (let index = 0; index < bytes.length; index++) {
    if (bytes[index] !== BACKSLASH) continue;
    parts.push(bytes.subarray(start, index));
    const escaped = bytes[++index];
    const group = (escaped ?? 0) - 0x30;
    if (escaped === BACKSLASH) start = index;
    else if (escaped !== undefined && group >= 0 && group <= 9) {
      if (group > groups) throw new PatternError(`there is no group ${group} to rewrite it with`);
      parts.push(group);
      start = index + 1;
    } else throw new PatternError('a \\ in the rewrite is followed by neither a digit nor a \\');
  }
  parts.push(bytes.subarray(start));
  return parts.filter((part) => typeof part === 'number' || part.length > 0);
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    whole.set(part, end);
    end += part.length;
  }
  return whole;
}
