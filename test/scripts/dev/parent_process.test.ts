import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../scripts/files/package_root.ts';

const MODULE = pathToFileURL(join(PACKAGE_ROOT, 'scripts', 'dev', 'parent_process.ts')).href;

/** Runs until its parent ends. */
const CHILD = `
  import { onParentExit } from ${JSON.stringify(MODULE)};
  const timer = setInterval(() => {}, 1e6);
  onParentExit(() => { console.log('parent ended'); clearInterval(timer); });
  console.log('watching');`;

/** Starts the child like npm, with inherited output, and then waits. */
const PARENT = `
  import { spawn } from 'node:child_process';
  spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(CHILD)}], { stdio: 'inherit' });`;

test('a process learns that its parent was killed', async () => {
  const parent = spawn(process.execPath, ['--input-type=module', '-e', PARENT], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  // The output ends when no process holds it open.
  for await (const line of createInterface(parent.stdout)) {
    lines.push(line);
    if (line === 'watching') parent.kill('SIGKILL');
  }
  expect(lines).toEqual(['watching', 'parent ended']);
});
