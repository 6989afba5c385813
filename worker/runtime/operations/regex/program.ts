import type { Parsed } from './parse_pattern.ts';
import { type Assertion, PatternError, type Syntax, type Test } from './syntax.ts';

/** One instruction of a machine that follows all paths through a pattern at once. */
type Instruction =
  | { readonly kind: 'character'; readonly test: Test }
  /** Follows both paths and prefers the first. */
  | { readonly kind: 'split'; first: number; second: number }
  | { readonly kind: 'jump'; to: number }
  /** Records the start or the end of a group. */
  | { readonly kind: 'note'; readonly slot: number }
  | { readonly kind: 'assertion'; readonly assertion: Assertion }
  | { readonly kind: 'match' };

export type Program = readonly Instruction[];

/** The most instructions. The time for each character is proportional to their number. */
const MOST_INSTRUCTIONS = 10_000;

/**
 * Compiles a pattern.
 *
 * @throws PatternError if its repetitions produce too many instructions
 */
export function compile({ syntax }: Parsed): Program {
  const program: Instruction[] = [];
  emit(program, { kind: 'group', part: syntax, index: 0 });
  add(program, { kind: 'match' });
  return program;
}

function add(program: Instruction[], instruction: Instruction): void {
  if (program.length >= MOST_INSTRUCTIONS) throw new PatternError('it is too large');
  program.push(instruction);
}

function emit(program: Instruction[], syntax: Syntax): void {
  switch (syntax.kind) {
    case 'empty':
      return;
    case 'character':
      add(program, { kind: 'character', test: syntax.test });
      return;
    case 'assertion':
      add(program, { kind: 'assertion', assertion: syntax.assertion });
      return;
    case 'sequence':
      for (const part of syntax.parts) emit(program, part);
      return;
    case 'group':
      add(program, { kind: 'note', slot: 2 * syntax.index });
      emit(program, syntax.part);
      add(program, { kind: 'note', slot: 2 * syntax.index + 1 });
      return;
    case 'choice':
      emitChoice(program, syntax.parts);
      return;
    case 'repeat':
      emitRepeat(program, syntax);
  }
}

function emitChoice(program: Instruction[], parts: readonly Syntax[]): void {
  const ends: { to: number }[] = [];
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1) {
      emit(program, part);
      break;
    }
    const split = { kind: 'split' as const, first: program.length + 1, second: 0 };
    add(program, split);
    emit(program, part);
    const end = { kind: 'jump' as const, to: 0 };
    add(program, end);
    ends.push(end);
    split.second = program.length;
  }
  for (const end of ends) end.to = program.length;
}

function emitRepeat(program: Instruction[], repeat: Extract<Syntax, { kind: 'repeat' }>): void {
  const { part, least, most, isGreedy } = repeat;
  for (let count = 0; count < least; count++) emit(program, part);
  if (most === Number.POSITIVE_INFINITY) {
    const start = program.length;
    const leave = optional(program, isGreedy);
    emit(program, part);
    add(program, { kind: 'jump', to: start });
    leave(program.length);
    return;
  }
  const leaves = [];
  for (let count = least; count < most; count++) {
    leaves.push(optional(program, isGreedy));
    emit(program, part);
  }
  for (const leave of leaves) leave(program.length);
}

/**
 * Adds a path past the following instructions.
 *
 * @returns a function that sets its destination
 */
function optional(program: Instruction[], isGreedy: boolean): (to: number) => void {
  const next = program.length + 1;
  const split = { kind: 'split' as const, first: next, second: next };
  add(program, split);
  return (to) => {
    if (isGreedy) split.second = to;
    else split.first = to;
  };
}
