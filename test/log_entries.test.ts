import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { REPOSITORY } from './fixtures/edge/built_worker.ts';

test('everything that the Workers log goes through logLine, which escapes control characters', () => {
  const folder = path.join(REPOSITORY, 'worker');
  const calls = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const source = readFileSync(path.join(folder, name), 'utf8');
      return [...source.matchAll(/console\.\w+\s*\([^\n]{0,12}/g)].map(([call]) => `${name}: ${call}`);
    });
  expect(calls.length).toBeGreaterThan(3);
  expect(calls.filter((call) => !/console\.(log|warn|error)\(logLine\(/.test(call))).toEqual([]);
});
