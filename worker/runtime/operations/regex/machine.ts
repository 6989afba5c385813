import { CodedError, type ErrorCode } from '../../../model/coded_error.ts';
import { isWord } from './character_classes.ts';
import type { Program } from './program.ts';
import type { Assertion } from './syntax.ts';

/** The code points of a text, with -1 for a byte that is not UTF-8. */
export type Points = Int32Array;

/** `part`: a match may begin and end anywhere. `whole`: it must be the whole text. */
export type Extent = 'part' | 'whole';

/** Counts the machine's steps for all texts of one call. */
export interface Budget {
  steps: number;
}

/** The match would take too many steps for these texts and this pattern. */
export class TooManySteps extends CodedError {
  readonly code: ErrorCode = 'ERR_PATTERN_TOO_SLOW';
}

interface Threads {
  /** The position of each thread in the program, in order of preference. */
  readonly places: Int32Array;
  /** The starts and ends of each thread's groups. */
  readonly notes: Int32Array[];
  count: number;
}

/**
 * Matches texts with a program by following all paths through it at once (Thompson, Pike). The time is proportional to
 * the length of the text times that of the program. It finds the leftmost match with Perl's preferences.
 */
export class Machine {
  readonly #program: Program;
  readonly #slots: number;
  /** The round in which each position was last entered. */
  readonly #entered: Int32Array;
  #round = 0;
  readonly #stack: { place: number; notes: Int32Array }[] = [];
  #now: Threads;
  #next: Threads;

  /** @param groups the number of groups to record, including the whole match */
  constructor(program: Program, groups: number) {
    this.#program = program;
    this.#slots = 2 * groups;
    this.#entered = new Int32Array(program.length).fill(-1);
    this.#now = threads(program.length);
    this.#next = threads(program.length);
  }

  /**
   * @returns the starts and ends of the groups, -1 for a group that is not part of the match; undefined without a match
   */
  match(text: Points, from: number, extent: Extent, budget: Budget): Int32Array | undefined {
    let matched: Int32Array | undefined;
    this.#now.count = 0;
    for (let place = from; place <= text.length; place++) {
      const mayBegin = matched === undefined && (extent === 'part' || place === from);
      if (!mayBegin && this.#now.count === 0) break;
      // The present threads were entered in the round that created them.
      if (this.#now.count === 0) this.#round++;
      if (mayBegin) this.#enter(this.#now, 0, new Int32Array(this.#slots).fill(-1), text, place);
      budget.steps -= this.#now.count + 1;
      if (budget.steps < 0) throw new TooManySteps();
      this.#round++;
      this.#next.count = 0;
      matched = this.#advance(text, place, extent) ?? matched;
      [this.#now, this.#next] = [this.#next, this.#now];
    }
    return matched;
  }

  #advance(text: Points, place: number, extent: Extent): Int32Array | undefined {
    const { places, notes, count } = this.#now;
    for (let index = 0; index < count; index++) {
      const instruction = this.#program[places[index] ?? 0];
      const own = notes[index];
      if (own === undefined) continue;
      if (instruction?.kind === 'match') {
        if (extent === 'whole' && place < text.length) continue;
        // Later threads have lower preference.
        return own;
      }
      if (instruction?.kind === 'character' && place < text.length && instruction.test(text[place] ?? -1))
        this.#enter(this.#next, (places[index] ?? 0) + 1, own, text, place + 1);
    }
    return undefined;
  }

  /** Adds the threads that follow from one, past all instructions that consume no character. */
  #enter(into: Threads, start: number, notes: Int32Array, text: Points, at: number): void {
    const stack = this.#stack;
    stack.push({ place: start, notes });
    for (let thread = stack.pop(); thread !== undefined; thread = stack.pop()) {
      const { place } = thread;
      if (this.#entered[place] === this.#round) continue;
      this.#entered[place] = this.#round;
      const instruction = this.#program[place];
      switch (instruction?.kind) {
        case 'jump':
          stack.push({ place: instruction.to, notes: thread.notes });
          break;
        case 'split':
          stack.push({ place: instruction.second, notes: thread.notes });
          stack.push({ place: instruction.first, notes: thread.notes });
          break;
        case 'note':
          stack.push({ place: place + 1, notes: noted(thread.notes, instruction.slot, at) });
          break;
        case 'assertion':
          if (holds(instruction.assertion, text, at)) stack.push({ place: place + 1, notes: thread.notes });
          break;
        case 'character':
        case 'match':
          into.places[into.count] = place;
          into.notes[into.count++] = thread.notes;
          break;
        case undefined:
          throw new Error('a program ends without a match');
      }
    }
  }
}

function threads(most: number): Threads {
  return { places: new Int32Array(most), notes: [], count: 0 };
}

function noted(notes: Int32Array, slot: number, at: number): Int32Array {
  if (slot >= notes.length) return notes;
  const changed = notes.slice();
  changed[slot] = at;
  return changed;
}

const NEWLINE = 0x0a;

function holds(assertion: Assertion, text: Points, at: number): boolean {
  const before = at > 0 ? text[at - 1] : undefined;
  const after = at < text.length ? text[at] : undefined;
  switch (assertion) {
    case 'text begins':
      return before === undefined;
    case 'text ends':
      return after === undefined;
    case 'line begins':
      return before === undefined || before === NEWLINE;
    case 'line ends':
      return after === undefined || after === NEWLINE;
    case 'word boundary':
      return isWord(before ?? -1) !== isWord(after ?? -1);
    case 'no word boundary':
      return isWord(before ?? -1) === isWord(after ?? -1);
  }
}
