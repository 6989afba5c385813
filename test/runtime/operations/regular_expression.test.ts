import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  parseRewrite,
  RegularExpression,
} from '../../../worker/runtime/operations/regex/regular_expression.ts';
import { PatternError } from '../../../worker/runtime/operations/regex/syntax.ts';

const RUNS = Number(process.env.FUZZ_CASES ?? 2000);

const bytes = (text: string) => new TextEncoder().encode(text);
const budget = () => ({ steps: 1_000_000 });

function replace(pattern: string, text: string, rewrite: string, isGlobal = true): string {
  const expression = RegularExpression.of(pattern);
  const parts = parseRewrite(bytes(rewrite), expression.groups);
  return new TextDecoder().decode(expression.replace(bytes(text), parts, isGlobal, budget()));
}

/** Patterns with the same meaning in RE2 and JavaScript: they never repeat a pattern that may match the empty text. */
const { pattern: patterns } = fc.letrec<{ pattern: string; solid: string }>((tie) => ({
  pattern: fc.oneof(
    { maxDepth: 4 },
    tie('solid'),
    fc.constantFrom('^', '$', '\\b', '\\B', ''),
    fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => a + b),
    fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(?:${a}|${b})`),
    fc
      .tuple(tie('solid'), fc.constantFrom('*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}', '{0,2}?'))
      .map(([part, count]) => `(?:${part})${count}`),
  ),
  solid: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('a', 'b', 'é', '🙂', '.', '[ab]', '[^a]', '[é-í]', '\\d', '\\W', '1', '\\n'),
    fc.tuple(tie('solid'), tie('pattern')).map(([a, b]) => a + b),
    fc.tuple(tie('solid'), tie('solid')).map(([a, b]) => `(?:${a}|${b})`),
  ),
}));
const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '1', '\n', ' '), maxLength: 12 });

describe('a pattern matches what it does in JavaScript, which agrees with RE2 here', () => {
  test('at the first match', () => {
    fc.assert(
      fc.property(patterns, texts, (pattern, text) => {
        expect(replace(pattern, text, '<\\0>', false)).toBe(text.replace(new RegExp(pattern, 'u'), '<$&>'));
      }),
      { numRuns: RUNS },
    );
  });

  test('against the whole text', () => {
    fc.assert(
      fc.property(patterns, texts, (pattern, text) => {
        const given = RegularExpression.of(pattern).matchesWhole(bytes(text), budget());
        expect(given).toBe(new RegExp(`^(?:${pattern})$`, 'u').test(text));
      }),
      { numRuns: RUNS },
    );
  });
});

test('any text is a pattern or is refused with a sentence', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'ab()[]{}*+?|\\^$.-,1:PQE<>=!imsUxp'), maxLength: 14 }),
      texts,
      (pattern, text) => {
        try {
          replace(pattern, text, '');
        } catch (error) {
          if (!(error instanceof PatternError)) throw error;
          expect(error.message).toMatch(/\w+ \S+/);
        }
      },
    ),
    { numRuns: RUNS },
  );
});

test('bytes that are not UTF-8 match nothing and stay unchanged', () => {
  const expression = RegularExpression.of('[^a]|\\W');
  const given = Uint8Array.of(0x62, 0xff, 0xc3, 0x61, 0xe2, 0x82, 0xed, 0xa0, 0x80);
  expect([...expression.replace(given, [], true, budget())]).toEqual([...given.slice(1)]);
});
