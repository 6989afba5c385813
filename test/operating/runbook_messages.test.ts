import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../scripts/files/package_root.ts';

/** All sources as one text, in which texts that are written in several pieces are whole. */
const sources = globSync('{worker,scripts,import}/**/*.ts', { cwd: PACKAGE_ROOT })
  .map((file) => readFileSync(join(PACKAGE_ROOT, file), 'utf8'))
  .join('\n')
  .replace(/['"`]\s*\+\s*['"`]/g, '');

const runbook = ['runbook.md', 'runbook-changes.md']
  .map((name) => readFileSync(join(PACKAGE_ROOT, 'docs', 'operating', name), 'utf8'))
  .join('\n');

/** The messages in the first columns of tables, whose variable parts are three dots. */
function quotedMessages(page: string): string[] {
  const cells = [...page.matchAll(/^\| ([^|]*) \|/gm)].map(([, cell = '']) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+ [^`]+)`/g)].map(([, message = '']) => message));
}

/** The fixed parts of a message that no source has. */
function unknownParts(message: string, text: string): string[] {
  const parts = message.split('...').map((part) => part.replace(/^\W+|\W+$/g, ''));
  return parts.filter((part) => part !== '' && !text.includes(part));
}

test.each(quotedMessages(runbook))('the runbook quotes a message of the sources: %s', (message) => {
  expect(unknownParts(message, sources)).toEqual([]);
});

test('a message that no source has is found', () => {
  expect(quotedMessages('| `the cat is ... today` | x |\n| a `word` | y |')).toEqual([
    'the cat is ... today',
  ]);
  expect(unknownParts('the cat is ... today', 'the cat is gone')).toEqual(['today']);
});
