import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../scripts/files/package_root.ts';
import { ERROR_CODES } from '../worker/model/coded_error.ts';

const sources = globSync('{worker,scripts,import}/**/*.ts', {
  cwd: PACKAGE_ROOT,
  exclude: ['**/*.d.ts'],
}).map((file) => readFileSync(join(PACKAGE_ROOT, file), 'utf8'));

function matches(pattern: RegExp): string[] {
  return sources.flatMap((source) => [...source.matchAll(pattern)].map(([, group = '']) => group));
}

test('each code belongs to one error class, and each listed code is used', () => {
  expect(matches(/readonly code: ErrorCode = '(\w+)'/g).sort()).toEqual(Object.keys(ERROR_CODES).sort());
});

test('no error class extends Error without a code', () => {
  expect(matches(/class (\w+) extends Error\b/g)).toEqual(['CodedError']);
});
