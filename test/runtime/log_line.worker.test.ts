import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logLine } from '../../worker/runtime/log_line.ts';

/** The characters that may control a terminal: C0, DEL, C1, and the controls of lines and text direction. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

const text = fc.string({
  unit: fc.oneof(
    fc.integer({ min: 0, max: 0xff }).map((code) => String.fromCharCode(code)),
    fc.constantFrom('\u2028', '\u202e', '\u2066', '\u200f', '\u061c', 'ß', '漢', '\ud83d\ude00'),
  ),
});

test.each([
  ['an escape sequence', '\u001b[2J', '{"by":"\\u001b[2J"}'],
  ['a control sequence of one character', '\u009b2J', '{"by":"\\u009b2J"}'],
  ['DEL', 'a\u007fb', '{"by":"a\\u007fb"}'],
  ['a new line in a name', 'a\n{"event":"flip"}', '{"by":"a\\n{\\"event\\":\\"flip\\"}"}'],
  ['a line that is turned around', 'a\u202eb', '{"by":"a\\u202eb"}'],
  ['letters of any script', 'Zoë 漢字', '{"by":"Zoë 漢字"}'],
])('%s', (_, by, line) => {
  expect(logLine({ by })).toBe(line);
});

test('a line holds no control character, and parses to its entry', () => {
  fc.assert(
    fc.property(fc.dictionary(text, fc.oneof(text, fc.array(text), fc.integer())), (entry) => {
      const line = logLine(entry);
      expect(line).not.toMatch(CONTROL);
      expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(entry)));
    }),
  );
});
