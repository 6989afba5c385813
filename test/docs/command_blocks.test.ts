import { describe, expect, test } from 'vitest';
import { matches, normalize } from './compare_output.ts';
import { readPages } from './pages.ts';
import { parsePage } from './parse_page.ts';

/** The maximum of commands that are not run, so that pages do not show untested commands. */
const MOST_NOT_RUN = 8;

describe('the command blocks of a page', () => {
  test('hold commands with the output below them, under the heading above', () => {
    const page = ['# Tour', '', '```console', '$ echo a', 'a', '$ echo b', 'b', 'b', '```'].join('\n');
    expect(parsePage(page)).toEqual([
      {
        line: 3,
        heading: 'Tour',
        commands: [
          { line: 4, text: 'echo a', output: ['a'] },
          { line: 6, text: 'echo b', output: ['b', 'b'] },
        ],
        notRun: undefined,
      },
    ]);
  });

  test('may continue on lines that begin with a second prompt', () => {
    const [block] = parsePage(
      ['```console', '$ until false', '> do true; done', 'a', '> b', '```'].join('\n'),
    );
    expect(block?.commands).toEqual([{ line: 2, text: 'until false\ndo true; done', output: ['a', '> b'] }]);
  });

  test('without output are commands of a line each, or of lines that end in a backslash', () => {
    const [block] = parsePage(['```sh', 'echo a', 'echo b \\', '  c', '```'].join('\n'));
    expect(block?.commands).toEqual([
      { line: 2, text: 'echo a', output: undefined },
      { line: 3, text: 'echo b \\\n  c', output: undefined },
    ]);
  });

  test('write the files that other blocks are', () => {
    const [block, ...others] = parsePage(
      ['```python ask.py', 'print(1)', '```', '', '```python', 'x', '```'].join('\n'),
    );
    expect(block?.commands).toEqual([
      { line: 1, text: "cat > ask.py <<'END OF FILE'\nprint(1)\nEND OF FILE", output: undefined },
    ]);
    expect(others).toEqual([]);
  });

  test('in other languages are not commands', () => {
    expect(parsePage('```json\n{}\n```\n\n```\ntext\n```')).toEqual([]);
  });

  test('may say in a comment above them why they are not run', () => {
    const [block] = parsePage('<!-- not run: needs an account -->\n```sh\nnpx wrangler login\n```');
    expect(block?.notRun).toBe('needs an account');
  });

  test.each([
    { name: 'a block without an end', page: '```sh\necho a', error: /line 1 has no end/ },
    { name: 'output before a command', page: '```console\na\n```', error: /line 2 is output/ },
    { name: 'npm ci', page: '```sh\nnpm ci && npm run dev\n```', error: /must not be run/ },
    { name: 'npm test', page: '```sh\nnpm test\n```', error: /must not be run/ },
  ])('are refused: $name', ({ page, error }) => {
    expect(() => parsePage(page)).toThrow(error);
  });

  test('are run, except a few that state a reason', () => {
    const notRun = readPages().flatMap(({ path, markdown }) =>
      parsePage(markdown).flatMap(({ line, notRun }) =>
        notRun === undefined ? [] : [`${path}:${line} ${notRun}`],
      ),
    );
    expect(notRun.filter((text) => !/ \S+ \S+ \S+/.test(text))).toEqual([]);
    expect(notRun.length, notRun.join('\n')).toBeLessThanOrEqual(MOST_NOT_RUN);
  });
});

describe('output', () => {
  test.each([
    { name: 'times', one: 'loading  205 ms', other: 'loading  1.5 ms' },
    { name: 'sizes', one: 'uploaded 1 file (8 B)', other: 'uploaded 1 file (1.0 kB)' },
    { name: 'dates', one: '2026-11-27 03:06:44Z by ann', other: '2027-01-02 13:16:04Z by ann' },
    { name: 'column widths', one: '  1.1.0    planned', other: '  1.1.0  planned' },
    { name: 'the last digits of a float', one: '[0.999970675]', other: '[0.999970683]' },
    { name: 'digests', one: `sha256 ${'a1'.repeat(32)}`, other: `sha256 ${'b2'.repeat(32)}` },
  ])('may differ in $name', ({ one, other }) => {
    expect(normalize([one])).toEqual(normalize([other]));
  });

  test.each([
    { name: 'a number of an answer', one: '{"predictions":[2.5,3.0]}', other: '{"predictions":[2.5,3.5]}' },
    { name: 'a version', one: '1.0.0 -> 1.1.0', other: '1.0.0 -> 1.2.0' },
    { name: 'a generation', one: '(generation 3)', other: '(generation 4)' },
    { name: 'a word', one: 'Rolled back', other: 'Rolling back' },
  ])('may not differ in $name', ({ one, other }) => {
    expect(normalize([one])).not.toEqual(normalize([other]));
  });

  test.each([
    {
      name: 'a line of three dots for any lines',
      expected: ['a', '...', 'd'],
      printed: ['a', 'b', 'c', 'd'],
    },
    { name: 'a line of three dots for no line', expected: ['a', '...', 'd'], printed: ['a', 'd'] },
    { name: 'three dots within a line', expected: ['{"id":"...","to":1}'], printed: ['{"id":"x","to":1}'] },
  ])('is matched with $name', ({ printed, expected }) => {
    expect(matches(printed, expected)).toBe(true);
  });

  test('is not matched where a line is missing or different', () => {
    expect(matches(['a', 'b'], ['a'])).toBe(false);
    expect(matches(['a'], ['a', 'b'])).toBe(false);
    expect(matches(['a+'], ['a.'])).toBe(false);
  });
});
