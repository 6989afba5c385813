import { CodedError, type ErrorCode } from '../../../model/coded_error.ts';
/** Whether a code point belongs to a set. */
export type Test = (code: number) => boolean;

export type Assertion =
  | 'text begins'
  | 'text ends'
  | 'line begins'
  | 'line ends'
  | 'word boundary'
  | 'no word boundary';

/** A regular expression of RE2's, taken apart. */
export type Syntax =
  | { readonly kind: 'empty' }
  | { readonly kind: 'character'; readonly test: Test }
  | { readonly kind: 'sequence'; readonly parts: readonly Syntax[] }
  /** The first that leads to a match is taken. */
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

/** A pattern that is no regular expression of RE2's, or too large a one. */
export class PatternError extends CodedError {
  readonly code: ErrorCode = 'ERR_PATTERN_INVALID';
}
