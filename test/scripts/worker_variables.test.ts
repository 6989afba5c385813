import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PREDICT_VARIABLES } from '../../scripts/deployment/worker_variables.ts';
import { PACKAGE_ROOT } from '../../scripts/shared/package_root.ts';

test('dev takes as --var what the table of configuration documents, and nothing else', async () => {
  const text = await readFile(join(PACKAGE_ROOT, 'README.md'), 'utf8');
  const [, table] = /^Variables of the Worker that predicts:[\s\S]*?\n\n(\|[\s\S]*?)\n\n/m.exec(text) ?? [];
  const rows = table?.matchAll(/^\| `([A-Z_]+)`(?: \(secret\))? \|/gm) ?? [];
  expect([...PREDICT_VARIABLES].sort()).toEqual([...rows].map(([, name]) => name).sort());
});
