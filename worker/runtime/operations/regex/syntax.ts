import { CodedError, type ErrorCode } from '../../../model/coded_error.ts';
/** Returns true if a code point belongs to a set. */
export type Test = (code: number) => boolean;

export type Assertion =
  | 'text begins'
  | 'text ends'
  | 'line begins'
  | 'line ends'
  | 'word boundary'
  | 'no word boundary';

/** The syntax tree of a regular expression. */
export type Syntax =
  | { readonly kind: 'empty' }
  | { readonly kind: 'character'; readonly test: Test }
  | { readonly kind: 'sequence'; readonly parts: readonly Syntax[] }
  /** Prefers the first part that leads to a match. */
  | { readonly kind: 'choice'; readonly parts: readonly Syntax[] }
  | {
      readonly kind: 'repeat';
      readonly part: Syntax;
      readonly least: number;
      readonly most: number;
      readonly isGreedy: boolean;
    }
  | { readonly kind: 'group'; readonly part: Syntax; readonly index: number }
  | { readonly kind: 'assertion'; readonly assertion: Assertion };

/** A pattern is not a regular expression of RE2, or it is too large. */
export class PatternError extends CodedError {
  readonly code: ErrorCode = 'ERR_PATTERN_INVALID';
}
